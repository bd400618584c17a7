//! One byte damaged in each of 500 places: never a wrong balance without an error, from the call or from the check.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tillbook::{Balances, CheckOptions, Till};

use crate::map;
use crate::street::Street;
use crate::town;

const PLACES: usize = 500;
/// Of these, in the file's header.
const IN_HEADER: usize = 40;

/// Vigna's SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

/// What came of one damaged byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    /// The book does not open, and says why.
    OpenFails,
    /// A read of it fails.
    ReadFails,
    /// The check finds it, and every balance is right.
    Found,
    /// The check finds it, and a balance is wrong.
    FoundWrong,
    /// Nothing is wrong.
    Harmless,
    /// A wrong balance, and nobody says so.
    Unseen,
}

fn came_of(street: &Arc<Street>, path: &Path, truth: &(Vec<String>, BTreeMap<String, Balances>)) -> (Came, String) {
    let till: Till = match street.builder(town::config()).open(path) {
        Ok(till) => till,
        Err(error) => return (Came::OpenFails, error.to_string()),
    };
    let read = town::numbers(&till).and_then(|numbers| Ok((numbers, town::balances(&till, &truth.0)?)));
    let report = match till.check(&CheckOptions::default()) {
        Ok(report) => report,
        Err(error) => return (Came::Found, error.to_string()),
    };
    let found = report.findings.first().map(|finding| format!("{finding:?}")).unwrap_or_default();
    match read {
        Err(error) => (Came::ReadFails, error.to_string()),
        Ok(read) if read == *truth => (if report.is_clean() { Came::Harmless } else { Came::Found }, found),
        Ok(_) => (if report.is_clean() { Came::Unseen } else { Came::FoundWrong }, found),
    }
}

fn places(bytes: &[u8], page: usize, pages: &BTreeMap<usize, String>, random: &mut Random) -> Vec<(String, usize)> {
    let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, kind) in pages {
        kinds.entry(kind).or_default().push(*number);
    }
    // Where figures stand, more is damaged.
    let mut order: Vec<&str> = kinds.keys().copied().collect();
    for _ in 0..8 {
        order.extend(["account leaf", "operation leaf", "promise leaf", "card leaf"]);
    }
    let mut chosen: Vec<(String, usize)> = (0..IN_HEADER).map(|n| ("header".to_owned(), n * 100 / IN_HEADER)).collect();
    for kind in order.iter().cycle().take(PLACES - IN_HEADER) {
        let of_kind = &kinds[kind];
        let number = of_kind[random.below(of_kind.len())];
        let start = (number - 1) * page;
        // Half of them where the rows are, since most of a page may be empty.
        let head = if number == 1 { start + 100 } else { start };
        let content = usize::from(u16::from_be_bytes(bytes[head + 5..head + 7].try_into().unwrap()));
        let at = match random.below(4) {
            0 => start + random.below(page),
            1 => (head + random.below(64)).min(start + page - 1),
            _ if (1..page).contains(&content) => start + content + random.below(page - content),
            _ => start + random.below(page),
        };
        chosen.push(((*kind).to_owned(), at));
    }
    chosen
}

#[test]
fn one_byte_in_five_hundred_places_never_makes_a_wrong_balance_that_nobody_tells() {
    let street = Street::new();
    let till = street.till(town::config());
    town::trade(&street, &till);
    till.close(std::time::Duration::from_secs(5));
    town::roughen(&street.book());
    let till = street.till(town::config());
    let numbers = town::numbers(&till).unwrap();
    let truth = (numbers.clone(), town::balances(&till, &numbers).unwrap());
    let report = till.check(&CheckOptions::default()).unwrap();
    assert!(report.is_clean(), "{:#?}", report.findings);
    assert!(report.operations > 100 && report.chained > 100 && report.cards > 40, "{report:?}");
    till.close(std::time::Duration::from_secs(5));

    let sound = std::fs::read(street.book()).unwrap();
    let page = usize::from(u16::from_be_bytes(sound[16..18].try_into().unwrap()));
    let pages = map::pages(&street.book(), &sound, page);
    let mut random = Random(0x7469_6c6c);
    let places = places(&sound, page, &pages, &mut random);
    assert_eq!(places.len(), PLACES);
    let mut table: BTreeMap<String, BTreeMap<Came, usize>> = BTreeMap::new();
    let mut unseen = Vec::new();
    for (number, (kind, at)) in places.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("till.db");
        let mut damaged = sound.clone();
        let by = [0xff, 0x01, 0x80, 0x10, 0x02, 0x40][random.below(6)];
        damaged[*at] ^= by;
        std::fs::write(&path, &damaged).unwrap();
        let (came, said) = came_of(&street, &path, &truth);
        if came == Came::Unseen {
            unseen.push(format!("{number}: {kind}, byte {at} by {by:#x}: {said}"));
        }
        let what =
            if kind.starts_with("free") { "free" } else { kind.split(' ').next_back().unwrap_or(kind) }.to_owned();
        *table.entry(what).or_default().entry(came).or_default() += 1;
    }
    println!(
        "{:<10} {:>10} {:>10} {:>8} {:>12} {:>9} {:>7}",
        "page", "open fails", "read fails", "found", "found, wrong", "harmless", "unseen"
    );
    let columns = [Came::OpenFails, Came::ReadFails, Came::Found, Came::FoundWrong, Came::Harmless, Came::Unseen];
    let mut sums = [0; 6];
    for (kind, row) in &table {
        let counts = columns.map(|came| row.get(&came).copied().unwrap_or_default());
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        let [a, b, c, d, e, f] = counts;
        println!("{kind:<10} {a:>10} {b:>10} {c:>8} {d:>12} {e:>9} {f:>7}");
    }
    let [a, b, c, d, e, f] = sums;
    println!("{:<10} {a:>10} {b:>10} {c:>8} {d:>12} {e:>9} {f:>7}", "all");
    assert!(unseen.is_empty(), "{unseen:#?}");
}
