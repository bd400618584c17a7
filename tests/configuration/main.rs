//! The configuration: every key is documented, checked by its name, shown without secrets; and whose book it is.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../common/mod.rs"]
mod common;
mod identity;
mod keys;
mod secrets;
mod training;

use serde_json::Value;
use tillbook::Config;
use tillbook_sandbox::freemud;

/// What stands for each secret of the example.
fn secret_of(name: &str) -> Option<String> {
    Some(match name {
        "FREEMUD_KEY" => freemud::TEST_CLIENT_KEY_PEM.to_owned(),
        "FREEMUD_PLATFORM_KEY" => freemud::TEST_PLATFORM_PUBLIC_KEY_PEM.to_owned(),
        name => format!("s3cr3t-{name}"),
    })
}

/// `examples/config.json`, with its secrets to be had from the host.
fn example() -> Value {
    fn from_host(value: &mut Value) {
        match value {
            Value::Object(object) if object.len() == 1 && object.contains_key("env") => {
                *value = serde_json::json!({"host": object["env"]});
            }
            Value::Object(object) => object.values_mut().for_each(from_host),
            Value::Array(items) => items.iter_mut().for_each(from_host),
            _ => {}
        }
    }
    let mut example: Value = serde_json::from_str(include_str!("../../examples/config.json")).unwrap();
    from_host(&mut example);
    example
}

fn read(value: &Value) -> tillbook::Result<Config> {
    Config::from_json_with(&value.to_string(), &secret_of)
}

/// Keys whose value is one thing to a reader, whatever it is made of.
const WHOLE: [&str; 1] = ["gree.verbs"];

/// Every key with its value: `policy.floor_limit`, `levels[].rate`.
fn keys(value: &Value) -> Vec<(String, Value)> {
    fn walk(at: &str, value: &Value, into: &mut Vec<(String, Value)>) {
        match value {
            Value::Object(object) if !WHOLE.contains(&at) => {
                for (key, value) in object {
                    let at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                    walk(&at, value, into);
                }
            }
            Value::Array(items) if items.first().is_some_and(Value::is_object) => {
                walk(&format!("{at}[]"), &items[0], into);
            }
            _ => into.push((at.to_owned(), value.clone())),
        }
    }
    let mut all = Vec::new();
    walk("", value, &mut all);
    all
}
