//! What the documents say of the remote systems is what the code does: the table of services, and every setting.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tillbook::{Guarantee, Kind, services};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The cells of a table's row; nothing for any other line.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

/// The rows of the table whose header begins so.
fn table<'a>(document: &'a str, header: &str) -> Vec<Vec<&'a str>> {
    let mut lines = document.lines().skip_while(|line| !line.starts_with(header));
    let head = lines.next().map(|head| cells(head).unwrap());
    let rows = lines.skip(1).map_while(cells);
    head.into_iter().chain(rows).collect()
}

/// Every name in backticks.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_table_of_services_is_what_the_providers_serve() {
    let document = read("docs/remotes.md");
    let rows = table(&document, "| operation |");
    let (header, rows) = rows.split_first().unwrap();
    let said: BTreeMap<(&str, &str), &str> = rows
        .iter()
        .flat_map(|row| {
            let kind = row[0].trim_matches('`');
            header.iter().zip(row).skip(1).map(move |(remote, cell)| ((kind, *remote), *cell))
        })
        .filter(|(_, cell)| *cell != "-")
        .collect();
    let mut served = BTreeMap::new();
    for (remote, services) in services() {
        for service in services {
            let word = match service.guarantee {
                Guarantee::Repeat => "repeat",
                Guarantee::SetStatus => "set status",
                Guarantee::Probe => "probe",
                Guarantee::Once => "once",
            };
            let other = served.insert((service.kind.as_str(), remote), word);
            assert!(other.is_none_or(|other| other == word), "{remote} serves {} in two ways", service.kind);
        }
    }
    assert_eq!(said, served);
    let kinds: Vec<&str> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    assert_eq!(kinds.len(), Kind::ALL.len(), "a row for each operation");
    assert!(Kind::ALL.iter().all(|kind| kinds.contains(&kind.as_str())));
}

#[test]
fn every_endpoint_that_is_served_stands_in_the_remotes_document() {
    for (remote, services) in services() {
        let document = read(&format!("docs/{remote}.md"));
        for service in services {
            for endpoint in service.endpoint.split(", ") {
                // `opt/{type}` is written out, and a second method of a pair by its end alone.
                let stem = endpoint.trim_end_matches("{type}");
                let end = endpoint.rsplit_once('.').map_or(stem, |(_, end)| end);
                let stands = names_in(&document).any(|name| name.contains(stem) || name == format!(".{end}"));
                assert!(stands, "{remote}: {endpoint}");
            }
        }
    }
}

#[test]
fn every_setting_stands_in_the_remotes_document_and_no_other_does() {
    for (remote, name) in
        [("sandy", "SandyConfig"), ("freemud", "FreemudConfig"), ("gree", "GreeConfig"), ("yonyou", "YonyouConfig")]
    {
        let source = read(&format!("src/provider/{remote}/config.rs"));
        let start = format!("pub struct {name} {{");
        let fields: BTreeSet<&str> = source
            .lines()
            .skip_while(|line| *line != start)
            .skip(1)
            .take_while(|line| *line != "}")
            .filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(':').map(|(field, _)| field))
            .collect();
        assert!(fields.contains("base_url"), "{remote}: {fields:?}");
        let document = read(&format!("docs/{remote}.md"));
        let rows = table(&document, "| key | default |");
        let told: BTreeSet<&str> = rows.iter().skip(1).flat_map(|row| names_in(row[0])).collect();
        assert_eq!(told, fields, "{remote}");
    }
}
