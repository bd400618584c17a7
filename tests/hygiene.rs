//! Rules about the sources that no compiler keeps.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

/// Every file under version control with its text. Nothing where there is no git or no repository: a source archive.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    let Some(listed) = listed.ok().filter(|output| output.status.success()) else { return Vec::new() };
    let names = String::from_utf8(listed.stdout).unwrap();
    let read = |name: &str| {
        let bytes = std::fs::read(root.join(name)).ok()?; // deleted, and not committed yet
        Some((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned()))
    };
    names.split('\0').filter(|name| !name.is_empty()).filter_map(read).collect()
}

fn sources() -> Vec<(String, String)> {
    files().into_iter().filter(|(name, _)| name.starts_with("src/") && name.ends_with(".rs")).collect()
}

/// The code of a line without its comment, and without what a test's attribute says.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_names_a_registry_or_a_path_of_one_machine() {
    // In two pieces each, so that this file is none of those that it looks for.
    let unwanted = [
        ["crates.", "io"],
        ["npmjs.", "org"],
        ["pypi.", "org"],
        ["nuget.", "org"],
        ["golang.", "org"],
        ["/wo", "rk/"],
        ["/ro", "ot/"],
    ]
    .map(|pieces| pieces.concat());
    let mut found = Vec::new();
    for (name, text) in files() {
        // The lock file is cargo's own, and names where each dependency is from.
        for unwanted in unwanted.iter().filter(|_| name != "Cargo.lock") {
            if text.contains(unwanted.as_str()) {
                found.push(format!("{name}: {unwanted}"));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn a_source_file_is_one_idea_of_at_most_six_hundred_lines() {
    let long = sources().into_iter().filter(|(_, text)| text.lines().count() > 600);
    assert_none(&long.map(|(name, text)| format!("{name}: {} lines", text.lines().count())).collect::<Vec<_>>());
}

#[test]
fn sql_stands_in_the_store_alone() {
    let mut found = Vec::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| !name.starts_with("src/store/")) {
        for (number, line) in text.lines().enumerate() {
            if ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "PRAGMA "].iter().any(|word| code(line).contains(word)) {
                found.push(format!("{name}:{}: {line}", number + 1));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn no_float_comes_near_money() {
    let mut found = Vec::new();
    for (name, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            let mut words = code(line).split(|c: char| !c.is_alphanumeric() && c != '_');
            if words.any(|word| word == "f32" || word == "f64" || word.ends_with("_f32") || word.ends_with("_f64")) {
                found.push(format!("{name}:{}: {line}", number + 1));
            }
        }
    }
    assert_none(&found);
}
