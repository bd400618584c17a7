//! The oldest compiler that `Cargo.toml` promises is no older than what the dependencies ask for.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

type Version = (u32, u32);

fn version(text: &str) -> Version {
    let mut parts = text.split('.').map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

/// What `tillbook` is built of, by package id: its dependencies and theirs, those of build scripts too, those of tests not.
fn built_of<'a>(nodes: &BTreeMap<&'a str, &'a Value>, root: &'a str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::from([root]);
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            let id = text(dependency, "pkg");
            if kinds.iter().any(|kind| kind["kind"] != "dev") && found.insert(id) {
                open.push(id);
            }
        }
    }
    found
}

#[test]
fn no_dependency_needs_a_newer_compiler_than_we_say() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let arguments = ["metadata", "--format-version", "1", "--locked", "--manifest-path", manifest];
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages: BTreeMap<&str, &Value> =
        metadata["packages"].as_array().unwrap().iter().map(|package| (text(package, "id"), package)).collect();
    let nodes: BTreeMap<&str, &Value> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().map(|node| (text(node, "id"), node)).collect();
    let ours = packages.values().find(|package| text(package, "name") == "tillbook").unwrap();
    let promised = version(text(ours, "rust_version"));

    let dependencies = built_of(&nodes, text(ours, "id"));
    assert!(dependencies.len() > 20, "{dependencies:?}");
    let too_new: Vec<&str> = dependencies
        .into_iter()
        .filter(|id| packages[id]["rust_version"].as_str().is_some_and(|needed| version(needed) > promised))
        .collect();
    assert_eq!(too_new, [""; 0], "newer than {promised:?}");
}
