//! What of a file would survive a power cut: its bytes at the last sync, and the changes made since.

/// Which of the changes made after a file's last sync a power cut leaves behind.
///
/// A device may write what it caches in any order and stop anywhere, so a book has to hold under all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurvivingWrites {
    /// None: each file is as it was at its last sync.
    None,
    /// All: each file is as SQLite last saw it, as after a crash of the process alone.
    All,
    /// Each write is kept, dropped or torn at a 512-byte sector, and each truncation kept or dropped, as this seed has
    /// it. The same seed over the same changes gives the same bytes.
    Seeded(u64),
    /// The device wrote in order until the power went: a number of the changes, as this seed has it, the next one torn at a
    /// sector, and none behind it.
    InOrder(u64),
}

/// The unit a write is torn at, in bytes: the smallest sector a device writes as a whole.
const SECTOR: usize = 512;

/// One file as the device has it (`durable`), and what it was handed but not yet told to keep (`unsynced`).
#[derive(Default)]
pub(crate) struct Image {
    durable: Vec<u8>,
    unsynced: Vec<Change>,
    pub(crate) open_handles: usize,
}

enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { size: usize },
}

impl Image {
    pub(crate) fn of_content(content: Vec<u8>) -> Image {
        Image { durable: content, ..Image::default() }
    }

    pub(crate) fn write(&mut self, offset: usize, bytes: &[u8]) {
        self.unsynced.push(Change::Write { offset, bytes: bytes.to_vec() });
    }

    pub(crate) fn truncate(&mut self, size: usize) {
        self.unsynced.push(Change::Truncate { size });
    }

    pub(crate) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            change.apply(&mut self.durable);
        }
    }

    /// The bytes a power cut at this moment leaves.
    pub(crate) fn surviving(&self, survivors: &mut Survivors) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for change in &self.unsynced {
            survivors.apply(change, &mut bytes);
        }
        bytes
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Change::Write { offset, bytes } => write_at(file, *offset, bytes),
            Change::Truncate { size } => file.resize(*size, 0),
        }
    }
}

fn write_at(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

/// Decides change by change what survives; one for all files of a copy, so that a seed covers them together.
pub(crate) enum Survivors {
    None,
    All,
    Seeded(SplitMix64),
    InOrder { random: SplitMix64, over: bool },
}

impl Survivors {
    fn apply(&mut self, change: &Change, file: &mut Vec<u8>) {
        match self {
            Survivors::None => {}
            Survivors::All => change.apply(file),
            Survivors::Seeded(random) => match (random.below(3), change) {
                (0, _) => change.apply(file),
                (1, Change::Write { offset, bytes }) => tear(file, *offset, bytes, random),
                _ => {}
            },
            Survivors::InOrder { over: true, .. } => {}
            Survivors::InOrder { random, over } => match (random.below(8), change) {
                (0, change) => {
                    *over = true;
                    if let Change::Write { offset, bytes } = change {
                        tear(file, *offset, bytes, random);
                    }
                }
                _ => change.apply(file),
            },
        }
    }
}

impl From<SurvivingWrites> for Survivors {
    fn from(writes: SurvivingWrites) -> Survivors {
        match writes {
            SurvivingWrites::None => Survivors::None,
            SurvivingWrites::All => Survivors::All,
            SurvivingWrites::Seeded(seed) => Survivors::Seeded(SplitMix64(seed)),
            SurvivingWrites::InOrder(seed) => Survivors::InOrder { random: SplitMix64(seed), over: false },
        }
    }
}

/// Writes only what lies before, or only what lies behind, one of the sector boundaries inside the write. A write
/// within one sector can't be torn and is dropped.
fn tear(file: &mut Vec<u8>, offset: usize, bytes: &[u8], random: &mut SplitMix64) {
    let boundaries = (offset + bytes.len()).saturating_sub(1) / SECTOR - offset / SECTOR;
    if boundaries == 0 {
        return;
    }
    let boundary = (offset / SECTOR + 1 + random.below(boundaries)) * SECTOR;
    let (before, behind) = bytes.split_at(boundary - offset);
    if random.below(2) == 0 {
        write_at(file, offset, before);
    } else {
        write_at(file, boundary, behind);
    }
}

/// Sebastiano Vigna's SplitMix64: a few lines are enough for a reproducible choice.
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surviving(image: &Image, writes: SurvivingWrites) -> Vec<u8> {
        image.surviving(&mut writes.into())
    }

    #[test]
    fn only_synced_bytes_are_durable() {
        let mut image = Image::of_content(b"abcd".to_vec());
        image.write(2, b"XYZ");
        image.truncate(4);
        assert_eq!(surviving(&image, SurvivingWrites::None), b"abcd");
        assert_eq!(surviving(&image, SurvivingWrites::All), b"abXY");
        image.sync();
        assert_eq!(surviving(&image, SurvivingWrites::None), b"abXY");
    }

    #[test]
    fn a_seeded_cut_keeps_drops_and_tears_whole_sectors() {
        let mut image = Image::of_content(vec![0; 4 * SECTOR]);
        image.write(0, &[1; 4 * SECTOR]);
        let outcomes: Vec<Vec<bool>> = (0..100)
            .map(|seed| {
                let bytes = surviving(&image, SurvivingWrites::Seeded(seed));
                bytes.chunks(SECTOR).map(|sector| sector.iter().all(|&b| b == 1)).collect()
            })
            .collect();
        for expected in [
            [true, true, true, true],
            [false, false, false, false],
            [true, false, false, false],
            [true, true, true, false],
            [false, true, true, true],
            [false, false, false, true],
        ] {
            assert!(outcomes.iter().any(|outcome| outcome == &expected), "no seed gave {expected:?}");
        }
    }

    #[test]
    fn in_order_nothing_behind_the_first_loss_survives() {
        let mut image = Image::of_content(vec![0; 20]);
        for page in 0..20 {
            image.write(page, &[1]);
        }
        let mut lengths = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let bytes = surviving(&image, SurvivingWrites::InOrder(seed));
            let kept = bytes.iter().take_while(|&&byte| byte == 1).count();
            assert!(bytes[kept..].iter().all(|&byte| byte == 0), "{bytes:?}");
            lengths.insert(kept);
        }
        assert!(lengths.len() > 10 && lengths.contains(&20), "{lengths:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let mut image = Image::default();
        for page in 0..20 {
            image.write(page * 1024, &[page as u8; 1024]);
        }
        let seeded = |seed| surviving(&image, SurvivingWrites::Seeded(seed));
        assert_eq!(seeded(7), seeded(7));
        assert_ne!(seeded(7), seeded(8));
    }
}
