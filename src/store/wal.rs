//! A look at a log that a crash has left, before SQLite works it off.
//!
//! SQLite takes a log up to its first frame that is not right and drops the rest without a word: that is how it tells a
//! transaction that was never finished. Here each commit is durable before the next one begins, so only the last transaction of a
//! log can be torn. A frame that is not right with whole commits behind it was right once: the file is damaged, and what SQLite
//! would drop had been promised.
//!
//! The format is SQLite's, as its documentation has it ("WAL-mode file format"): a header of 32 bytes, then frames of 24 bytes and
//! a page each, all numbers big-endian. Checksums run on from the header through every frame.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::copy::with_suffix;
use crate::error::{Error, Result};

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;

/// The magic number's last bit tells the checksums' byte order.
const MAGIC: u32 = 0x377f_0682;

type Sum = (u32, u32);

/// Refuses a log that has lost what was in it.
///
/// # Errors
/// `Corrupt`; whatever reading the file brings.
pub(super) fn check(book: &Path) -> Result<()> {
    let file = match File::open(with_suffix(book, "-wal")) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("the book's log can't be read", error)),
    };
    match damage(&mut BufReader::with_capacity(1 << 16, file), book) {
        Ok(None) => Ok(()),
        Ok(Some(what)) => Err(Error::inconsistent(what)),
        Err(error) => Err(Error::io("the book's log can't be read", error)),
    }
}

struct Header {
    /// Of the whole of it.
    right: bool,
    big_endian: bool,
    page_bytes: usize,
    salts: [u8; 8],
    sum: Sum,
}

impl Header {
    fn read(bytes: &[u8; HEADER_BYTES]) -> Option<Header> {
        let magic = word(bytes, 0);
        let page_bytes = word(bytes, 8) as usize;
        let big_endian = magic & 1 == 1;
        let sum = (word(bytes, 24), word(bytes, 28));
        let salts = bytes[16..24].try_into().ok()?;
        let right = magic & !1 == MAGIC
            && word(bytes, 4) == 3_007_000
            && is_page_size(page_bytes)
            && checksum(big_endian, (0, 0), &bytes[..24]) == sum;
        Some(Header { right, big_endian, page_bytes, salts, sum })
    }
}

fn is_page_size(bytes: usize) -> bool {
    (512..=65_536).contains(&bytes) && bytes.is_power_of_two()
}

struct Frame {
    salts: [u8; 8],
    page_no: u32,
    /// It ends a transaction.
    commits: bool,
    /// As it stands there.
    sum: Sum,
    /// Its first eight bytes and the page.
    summed: Vec<u8>,
}

/// The next frame; `None` at the end, and for one that is cut off.
fn next_frame(log: &mut impl Read, page_bytes: usize) -> std::io::Result<Option<Frame>> {
    let mut bytes = vec![0; FRAME_HEADER_BYTES + page_bytes];
    match log.read_exact(&mut bytes) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut salts = [0; 8];
    salts.copy_from_slice(&bytes[8..16]);
    let sum = (word(&bytes, 16), word(&bytes, 20));
    let (page_no, commits) = (word(&bytes, 0), word(&bytes, 4) != 0);
    bytes.drain(8..FRAME_HEADER_BYTES);
    Ok(Some(Frame { salts, page_no, commits, sum, summed: bytes }))
}

/// What is wrong with the log, if anything is that a crash can't have done.
fn damage(log: &mut (impl Read + Seek), book: &Path) -> std::io::Result<Option<String>> {
    let mut bytes = [0; HEADER_BYTES];
    match log.read_exact(&mut bytes) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let Some(header) = Header::read(&bytes) else { return Ok(None) };
    if !header.right {
        return headless(log, book);
    }
    let mut sum = header.sum;
    let (mut number, mut finished) = (0_u64, false);
    while let Some(frame) = next_frame(log, header.page_bytes)? {
        number += 1;
        let expected = checksum(header.big_endian, sum, &frame.summed);
        if frame.salts == header.salts && frame.sum == expected && frame.page_no != 0 {
            sum = frame.sum;
            finished |= frame.commits;
            continue;
        }
        if commits_follow(log, &header, &frame, expected)? {
            return Ok(Some(format!(
                "the log is damaged at frame {number}: finished transactions stand behind it, which would be lost"
            )));
        }
        break;
    }
    // SQLite removes the log of a file that is empty. The first page of a book is written before it has a log.
    if finished && book.metadata()?.len() == 0 {
        return Ok(Some(
            "the file is empty, or was not there: its log holds finished transactions, which would be lost".to_owned(),
        ));
    }
    // SQLite takes whatever log lies there. The file has been marked before it has one of its own; a backup never is.
    if finished && has_none(book)? {
        return Ok(Some(
            "a copy stands in the book's place, and beside it the log of the file that stood there before".to_owned(),
        ));
    }
    Ok(None)
}

/// Whether a file says that it has never had a log. Of an encrypted one that can't be seen.
fn has_none(book: &Path) -> std::io::Result<bool> {
    let mut bytes = [0; 20];
    match File::open(book)?.read_exact(&mut bytes) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
        read => read?,
    }
    Ok(bytes.starts_with(b"SQLite format 3\0") && bytes[18..] == [1, 1])
}

/// Whether a transaction that was finished stands behind another one that was, from a frame on that is not right.
///
/// Remains of a transaction that was rolled back may lie there too, under the same salts; but nothing that was written over them
/// runs on into them, so their checksums do not follow from each other.
fn commits_follow(log: &mut impl Read, header: &Header, bad: &Frame, expected: Sum) -> std::io::Result<bool> {
    // Frames in a row that follow from each other, and how many commits are among them.
    let (mut before, mut also_before) = (bad.sum, Some(expected));
    let mut commits = u32::from(bad.commits);
    while let Some(frame) = next_frame(log, header.page_bytes)? {
        let follows = |sum| checksum(header.big_endian, sum, &frame.summed) == frame.sum;
        let ours = frame.salts == header.salts;
        if !(ours && (follows(before) || also_before.is_some_and(follows))) {
            commits = 0;
        }
        if ours && frame.commits {
            commits += 1;
            if commits == 2 {
                return Ok(true);
            }
        }
        (before, also_before) = (frame.sum, None);
    }
    Ok(false)
}

/// A header that is not right: SQLite takes nothing from such a log. A crash leaves one when the log is begun anew, and then all
/// that stands behind it is in the file already.
fn headless(log: &mut (impl Read + Seek), book: &Path) -> std::io::Result<Option<String>> {
    let Some(page_bytes) = page_size_of(book)? else { return Ok(None) };
    log.seek(SeekFrom::Start(HEADER_BYTES as u64))?;
    let Some(mut frame) = next_frame(log, page_bytes)? else { return Ok(None) };
    let salts = frame.salts;
    let (mut written, mut finished) = (BTreeMap::new(), BTreeMap::new());
    let mut before = None;
    loop {
        let follows = before.is_none_or(|sum| {
            checksum(false, sum, &frame.summed) == frame.sum || checksum(true, sum, &frame.summed) == frame.sum
        });
        if frame.salts != salts || frame.page_no == 0 || !follows {
            break;
        }
        before = Some(frame.sum);
        written.insert(frame.page_no, frame.summed);
        if frame.commits {
            finished.extend(std::mem::take(&mut written));
        }
        match next_frame(log, page_bytes)? {
            Some(next) => frame = next,
            None => break,
        }
    }
    let mut file = BufReader::new(File::open(book)?);
    for (page_no, summed) in finished {
        let mut page = vec![0; page_bytes];
        file.seek(SeekFrom::Start(u64::from(page_no - 1) * page_bytes as u64))?;
        let there = file.read_exact(&mut page).is_ok();
        if !there || page[..] != summed[8..] {
            return Ok(Some(
                "the log's header is damaged: finished transactions stand behind it, which would be lost".to_owned(),
            ));
        }
    }
    Ok(None)
}

/// The page size that the file itself tells; an empty one takes what SQLite takes for new files.
fn page_size_of(book: &Path) -> std::io::Result<Option<usize>> {
    let mut bytes = [0; 100];
    match File::open(book)?.read_exact(&mut bytes) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Some(4096)),
        Err(error) => return Err(error),
    }
    // Encrypted pages of a book are as long as others; only the header can't be read.
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Ok(Some(4096));
    }
    let bytes = match u16::from_be_bytes([bytes[16], bytes[17]]) {
        1 => 65_536,
        bytes => usize::from(bytes),
    };
    Ok(Some(bytes).filter(|bytes| is_page_size(*bytes)))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// SQLite's: two running sums over pairs of words.
fn checksum(big_endian: bool, (mut first, mut second): Sum, bytes: &[u8]) -> Sum {
    for pair in bytes.chunks_exact(8) {
        let of = |word: &[u8]| {
            let word = word.try_into().unwrap_or([0; 4]);
            if big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        first = first.wrapping_add(of(&pair[..4])).wrapping_add(second);
        second = second.wrapping_add(of(&pair[4..])).wrapping_add(first);
    }
    (first, second)
}
