//! How answers look: tables, money, times, masks.

use std::io::{ErrorKind, Stdout, Write};
use std::path::Path;

use chrono::FixedOffset;
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressStyle};
use tillbook::{Book, BookIdentity, Config, ErrorCode, Language, Till, TillBuilder, Timestamp};

use crate::Failure;
use crate::args::{Lang, Options};
use crate::words::{self, Words};

/// Where answers go, and in what form.
pub(crate) struct Out {
    pub(crate) json: bool,
    pub(crate) language: Language,
    unmasked: bool,
    offset: FixedOffset,
    training: bool,
    to: Stdout,
}

impl Out {
    pub(crate) fn new(options: &Options) -> Out {
        let language = match options.lang {
            Some(Lang::En) => Language::English,
            Some(Lang::Zh) => Language::Chinese,
            None => language_of_terminal(),
        };
        // Until a book says otherwise, the merchants' own time zone.
        let offset = offset(480);
        Out { json: options.json, language, unmasked: options.unmasked, offset, training: false, to: std::io::stdout() }
    }

    /// Opens the book to read it; times are shown in its local time from here on.
    pub(crate) fn book(&mut self, options: &Options) -> Result<Book, Failure> {
        let path = options.book.as_ref().ok_or_else(|| Failure::Usage(self.say(words::NO_BOOK).to_owned()))?;
        self.has_to_be_there(path)?;
        let book = match self.key(options)? {
            Some(key) => Book::open_with_key(path, &key)?,
            None => Book::open(path)?,
        };
        let identity = book.identity()?;
        self.offset = offset(identity.utc_offset_minutes);
        self.training = identity.training;
        Ok(book)
    }

    /// Opens a till on the book, to write. A book is never made: it has to be there.
    pub(crate) fn till(&mut self, options: &Options) -> Result<Till, Failure> {
        let config = self.config_file(options)?;
        let path = options.book.as_ref().ok_or_else(|| Failure::Usage(self.say(words::NO_BOOK).to_owned()))?;
        let identity = match self.book(options) {
            // An earlier release's: the till takes it up.
            Err(Failure::Tillbook(error)) if error.code() == ErrorCode::Unsupported => None,
            book => Some(book?.identity()?),
        };
        let read = self.read_config(config)?;
        // A book with nothing open would become another till's, or another merchant's and forget its cards. That is for the till
        // that is set up anew, and for nobody who took the wrong file.
        if let Some(key) = identity.and_then(|identity| differs(&identity, &read)) {
            let what = self.say(words::OTHERS_CONFIG);
            return Err(Failure::File(format!("{}: [{key}] {what}", config.display())));
        }
        let till = TillBuilder::new(read);
        let till = match self.key(options)? {
            Some(key) => till.key(&key),
            None => till,
        };
        till.open(path).map_err(|error| match error.code() {
            ErrorCode::InvalidConfig => Failure::Config(config.to_owned(), error),
            _ => error.into(),
        })
    }

    /// The configuration's name, which a command that writes needs.
    pub(crate) fn config_file<'a>(&self, options: &'a Options) -> Result<&'a Path, Failure> {
        options.config.as_deref().ok_or_else(|| Failure::Usage(self.say(words::NO_CONFIG).to_owned()))
    }

    fn read_config(&self, path: &Path) -> Result<Config, Failure> {
        self.has_to_be_there(path)?;
        Config::from_file(path).map_err(|error| Failure::Config(path.to_owned(), error))
    }

    /// The key of an encrypted book, where one was given. What is in the file is never shown.
    pub(crate) fn key(&self, options: &Options) -> Result<Option<Vec<u8>>, Failure> {
        let Some(path) = &options.key_file else { return Ok(None) };
        self.has_to_be_there(path)?;
        let unreadable = |why: &dyn std::fmt::Display| Failure::File(format!("{}: {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
        key_of(&bytes).map(Some).ok_or_else(|| unreadable(&self.say(words::NO_KEY)))
    }

    /// The configuration, where one was given.
    pub(crate) fn config(&self, options: &Options) -> Result<Option<Config>, Failure> {
        options.config.as_ref().map(|path| self.read_config(path)).transpose()
    }

    /// A name that is mistyped is the commonest of all errors, and the library's words for it don't hold the name.
    pub(crate) fn has_to_be_there(&self, path: &Path) -> Result<(), Failure> {
        match path.metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Failure::File(format!("{}: {}", path.display(), self.say(words::NO_SUCH_FILE))))
            }
            _ => Ok(()),
        }
    }

    /// How far something has come: on the error output, and only on a terminal.
    pub(crate) fn bar(&self, template: &str) -> ProgressBar {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar
    }

    /// Whichever of the two is in the answer's language.
    pub(crate) fn say(&self, (english, chinese): Words) -> &'static str {
        match self.language {
            Language::Chinese => chinese,
            _ => english,
        }
    }

    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(self.to, "{text}")?)
    }

    /// Says of what comes next that it is not real, where the book is for training.
    pub(crate) fn head(&mut self) -> Result<(), Failure> {
        if self.training { self.line(self.say(words::TRAINING)) } else { Ok(()) }
    }

    /// The same on the error output, where the answer is for another program: a table has no place for it.
    fn head_aside(&self) {
        if self.training {
            eprintln!("tillbook: {}", self.say(words::TRAINING));
        }
    }

    /// A text as it is, without a line's end behind it.
    pub(crate) fn raw(&mut self, text: &str) -> Result<(), Failure> {
        self.head_aside();
        self.to.write_all(text.as_bytes())?;
        Ok(self.to.flush()?)
    }

    pub(crate) fn json(&mut self, value: &serde_json::Value) -> Result<(), Failure> {
        self.head_aside();
        let text = serde_json::to_string_pretty(value)?;
        self.line(&text)
    }

    /// A table with headings, or a word that there is nothing.
    pub(crate) fn table(&mut self, headings: &[Words], rows: Vec<Vec<Field>>) -> Result<(), Failure> {
        if rows.is_empty() {
            return self.line(self.say(words::NOTHING));
        }
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(headings.iter().map(|&words| self.say(words)));
        for row in rows {
            table.add_row(row.into_iter().map(|field| match field {
                Field::Text(text) => Cell::new(text),
                Field::Number(text) => Cell::new(text).set_alignment(CellAlignment::Right),
            }));
        }
        self.line(&table.trim_fmt())
    }

    /// Names with what they stand for, one a line.
    pub(crate) fn pairs(&mut self, pairs: Vec<(Words, String)>) -> Result<(), Failure> {
        let pairs: Vec<(&str, String)> = pairs.into_iter().map(|(words, value)| (self.say(words), value)).collect();
        let width = pairs.iter().map(|(name, _)| width(name)).max().unwrap_or_default();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            let gap = " ".repeat(width.saturating_sub(self::width(name)) + 2);
            self.line(&format!("{name}{gap}{}", on_one_line(&value)))?;
        }
        Ok(())
    }

    /// Local time, to the second.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        let local = at.at_offset(self.offset);
        local.map_or_else(|| format!("{at:?}"), |local| local.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    pub(crate) fn maybe_time(&self, at: Option<Timestamp>) -> String {
        at.map(|at| self.time(at)).unwrap_or_default()
    }

    /// A card's number: its end only, unless all of it is asked for.
    pub(crate) fn number(&self, number: &str) -> String {
        if self.unmasked {
            return number.to_owned();
        }
        let chars = number.chars().count();
        let shown = (chars / 2).min(4);
        "*".repeat(chars - shown) + &number.chars().skip(chars - shown).collect::<String>()
    }

    /// A name: its first letter only, unless all of it is asked for.
    pub(crate) fn name(&self, name: &str) -> String {
        if self.unmasked {
            return name.to_owned();
        }
        // Of a name that is one character long that is all of it.
        name.chars().take(usize::from(name.chars().count() > 1)).chain("**".chars()).collect()
    }

    /// What a remote or a person wrote: the card's number in it, and whatever may be a phone or another card, only as
    /// [`Out::number`] shows it.
    pub(crate) fn free(&self, text: &str, card: Option<&str>) -> String {
        if self.unmasked {
            return text.to_owned();
        }
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let mut end = rest.find(|c| !is_of_a_number(c)).unwrap_or(rest.len());
            if end == 0 {
                end = rest.chars().next().map_or(rest.len(), char::len_utf8);
                shown.push_str(&rest[..end]);
            } else if Some(&rest[..end]) == card {
                shown.push_str(&self.number(&rest[..end]));
            } else {
                shown.push_str(&self.digits(&rest[..end]));
            }
            rest = &rest[end..];
        }
        // A number may hold more than letters and digits.
        match card.filter(|card| !card.chars().all(is_of_a_number)) {
            Some(card) => shown.replace(card, &self.number(card)),
            None => shown,
        }
    }

    /// A word with each long row of digits masked.
    fn digits(&self, word: &str) -> String {
        let mut shown = String::with_capacity(word.len());
        let mut rest = word;
        while let Some(from) = rest.find(|c: char| c.is_ascii_digit()) {
            let row = rest[from..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - from);
            let (before, digits) = (&rest[..from], &rest[from..from + row]);
            shown.push_str(before);
            shown.push_str(&if row < LONG { digits.to_owned() } else { self.number(digits) });
            rest = &rest[from + row..];
        }
        shown + rest
    }

    /// The reason that stands with a line of the book. Of a card that got another number it names both.
    pub(crate) fn reason(&self, kind: &str, reason: &str, card: &str) -> String {
        match reason.split_once(" -> ") {
            Some((old, new)) if kind == "retarget" => format!("{} -> {}", self.number(old), self.number(new)),
            _ => self.free(reason, Some(card)),
        }
    }

    /// A phone number, masked as a card's number is.
    pub(crate) fn phone(&self, phone: &str) -> String {
        self.number(phone)
    }
}

/// The key by which a configuration is not that of the book, as far as both say.
fn differs(book: &BookIdentity, config: &Config) -> Option<String> {
    let owner = [
        ("merchant", &book.merchant, &config.merchant),
        ("store", &book.store, &config.store),
        ("till", &book.till, &config.till),
    ];
    if let Some((key, ..)) = owner.into_iter().find(|(_, book, config)| book != config && !book.is_empty()) {
        return Some(key.to_owned());
    }
    let remotes = [
        ("sandy", config.sandy.as_ref().map(|remote| &remote.base_url)),
        ("freemud", config.freemud.as_ref().map(|remote| &remote.base_url)),
        ("gree", config.gree.as_ref().map(|remote| &remote.base_url)),
        ("yonyou", config.yonyou.as_ref().map(|remote| &remote.base_url)),
    ];
    let other = |(name, url): &(&str, Option<&String>)| match (book.remotes.get(*name), url) {
        (Some(known), Some(url)) => known.trim_end_matches('/') != url.trim_end_matches('/'),
        _ => false,
    };
    remotes.into_iter().find(other).map(|(name, _)| format!("{name}.base_url"))
}

/// A field of a table.
pub(crate) enum Field {
    /// Begins at the left.
    Text(String),
    /// Ends at the right.
    Number(String),
}

pub(crate) fn text(value: impl ToString) -> Field {
    Field::Text(on_one_line(&value.to_string()))
}

pub(crate) fn number(value: impl ToString) -> Field {
    Field::Number(value.to_string())
}

/// A text without what would break a line or steer a terminal: what a remote calls somebody may hold anything.
pub(crate) fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What a number in the middle of a text consists of.
fn is_of_a_number(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// So many digits in a row may be a phone.
const LONG: usize = 7;

/// How many columns a text takes: Chinese takes two each.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn offset(minutes: i32) -> FixedOffset {
    let utc = || FixedOffset::east_opt(0).expect("no offset at all");
    FixedOffset::east_opt(minutes.saturating_mul(60)).unwrap_or_else(utc)
}

/// A key as it stands in a file: bytes, or digits that an editor may have ended with a new line.
fn key_of(file: &[u8]) -> Option<Vec<u8>> {
    if file.len() == 32 {
        return Some(file.to_vec());
    }
    let digits = file.trim_ascii();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let bytes = digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?));
    bytes.collect::<Option<Vec<u8>>>().filter(|key| key.len() == 32)
}

fn language_of_terminal() -> Language {
    let said =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    match said {
        Some(said) if said.starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn a_key_is_bytes_or_digits() {
        let digits = "00ff10A0".repeat(8);
        let bytes = [0x00, 0xff, 0x10, 0xa0].repeat(8);
        for file in [bytes.clone(), digits.clone().into(), format!("\u{20}{digits}\r\n").into()] {
            assert_eq!(key_of(&file).as_ref(), Some(&bytes));
        }
        let (short, long, odd) = (digits[2..].to_owned(), digits.clone() + "00", digits[1..].to_owned());
        for file in [short, long, odd, "g".repeat(64), "键".repeat(21), digits.replace("ff", "f f"), String::new()] {
            assert_eq!(key_of(file.as_bytes()), None, "{file}");
        }
        assert_eq!(key_of(&[0; 33]), None);
    }
}
