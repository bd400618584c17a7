//! Which page of a book holds what.

use std::collections::BTreeMap;
use std::path::Path;

/// Every page's use by its number, counted from 1.
pub(crate) fn pages(path: &Path, bytes: &[u8], page: usize) -> BTreeMap<usize, String> {
    let conn = rusqlite::Connection::open(path).unwrap();
    let mut statement = conn.prepare("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0").unwrap();
    let roots: Vec<(String, usize)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, u32>(1)? as usize)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut map = BTreeMap::new();
    descend("schema", 1, bytes, page, &mut map);
    for (name, root) in roots {
        descend(&name, root, bytes, page, &mut map);
    }
    let mut trunk = number(bytes, 32);
    while trunk != 0 {
        let at = (trunk - 1) * page;
        map.insert(trunk, "free trunk".into());
        for leaf in 0..number(bytes, at + 4) {
            map.insert(number(bytes, at + 8 + 4 * leaf), "free leaf".into());
        }
        trunk = number(bytes, at);
    }
    for other in 1..=bytes.len() / page {
        map.entry(other).or_insert_with(|| "overflow".into());
    }
    map
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

fn descend(name: &str, at: usize, bytes: &[u8], page: usize, map: &mut BTreeMap<usize, String>) {
    let start = (at - 1) * page;
    let head = if at == 1 { start + 100 } else { start };
    let interior = matches!(bytes[head], 2 | 5);
    map.insert(at, format!("{name} {}", if interior { "interior" } else { "leaf" }));
    if !interior {
        return;
    }
    let cells = usize::from(u16::from_be_bytes(bytes[head + 3..head + 5].try_into().unwrap()));
    for cell in 0..cells {
        let pointer = head + 12 + 2 * cell;
        let cell = usize::from(u16::from_be_bytes(bytes[pointer..pointer + 2].try_into().unwrap()));
        descend(name, number(bytes, start + cell), bytes, page, map);
    }
    descend(name, number(bytes, head + 8), bytes, page, map);
}
