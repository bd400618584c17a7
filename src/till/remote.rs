//! What the remotes tell beyond single cards: their catalogues, and their own history of a card.

use std::time::{Duration, Instant};

use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::model::{CardNumber, Catalogue, HistoryPull};
use crate::sync::{Ask, AskAnswer};

use super::Till;

/// So many cards of the book are tried for what a remote tells of cards only.
const CARDS_TRIED: usize = 3;

impl Till {
    /// Asks each remote for its catalogue, which also tells whether it is there. The first failure is returned, after all have
    /// been asked.
    ///
    /// Pay types and recharge rules are told for a card only: the remote of the stored value is asked for one that the book
    /// has. Every card's own rules come with the card itself.
    ///
    /// # Errors
    /// `Unreachable`, `RemoteRefused`.
    pub fn pull_catalogue(&self, timeout: Duration) -> Result<()> {
        let began = Instant::now();
        let asks = self
            .runtime
            .with(|engine| Ok(engine.desks_of_cards().into_iter().map(|place| (place, Ask::Health)).collect()))?;
        self.ask_all(asks, timeout)?.into_iter().try_for_each(|answer| answer.map(drop))?;
        let Some((place, cards)) = self.runtime.with(|engine| engine.cards_to_ask_by(CARDS_TRIED))? else {
            return Ok(());
        };
        for card in cards {
            match self.ask(place, Ask::Card(card), timeout.saturating_sub(began.elapsed())) {
                Err(error) if error.code() == ErrorCode::NotFound => {}
                answered => return answered.map(drop),
            }
        }
        Ok(())
    }

    /// How much the book knows of each remote's catalogue, and how old that is.
    ///
    /// ```
    /// # use tillbook::{Config, SandyConfig, Till};
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
    /// # let till = Till::open(dir.path().join("till.db"), Config::new("Noodle House", "Store 1", "Till 3", sandy))?;
    /// let catalogue = till.catalogue()?;
    /// assert_eq!(catalogue.remotes[0].provider, "sandy");
    /// assert_eq!(catalogue.remotes[0].levels.newest, None, "never fetched");
    /// # Ok::<(), tillbook::Error>(())
    /// ```
    ///
    /// # Errors
    /// As every read of the book.
    pub fn catalogue(&self) -> Result<Catalogue> {
        self.runtime.with(|engine| engine.catalogue())
    }

    /// Reads the remotes' own history of a card into the book, all of it or from a time on: what other tills and the back
    /// office did stands in it too. A line that is an operation of this book is linked to it; a line that the book has
    /// already is left as it is. A card that the book does not know is served first.
    ///
    /// A history that can't be read whole is taken as far as it was read, and nothing is concluded from it
    /// ([`HistoryPull::complete`]). The reads are those of the cashiers' calls; nothing is ever written at a remote.
    ///
    /// # Errors
    /// `Unsupported` where no remote of the card tells a history (Freemud and Yonyou do not); `NotFound`, `Unreachable`,
    /// `RemoteRefused`: of that remote nothing was taken in; `InvalidInput`.
    pub fn pull_history(&self, card: &str, since: Option<Timestamp>, timeout: Duration) -> Result<HistoryPull> {
        let began = Instant::now();
        let number = CardNumber::new(card)?;
        if self.runtime.with(|engine| engine.fetched_at(&number))?.is_none() {
            self.serve_card(card, timeout)?;
        }
        let ask = |place| (place, Ask::History(number.clone(), since));
        let asks = self.runtime.with(|engine| Ok(engine.desks_of_cards().into_iter().map(ask).collect()))?;
        let mut pulled: Option<HistoryPull> = None;
        let mut failed: Option<Error> = None;
        for answer in self.ask_all(asks, timeout.saturating_sub(began.elapsed()))? {
            match answer {
                Ok(AskAnswer::History(one)) => {
                    let all = pulled.get_or_insert(HistoryPull { complete: true, ..HistoryPull::default() });
                    all.told += one.told;
                    all.new += one.new;
                    all.linked += one.linked;
                    all.complete &= one.complete;
                }
                Ok(_) => return Err(Error::inconsistent("no history")),
                Err(error) if failed.as_ref().is_none_or(|failed| hope(failed) < hope(&error)) => failed = Some(error),
                Err(_) => {}
            }
        }
        match (pulled, failed) {
            // A remote that has no history, or no account of the card, takes nothing away from what another one told.
            (Some(pulled), failed) if failed.as_ref().is_none_or(|failed| hope(failed) < 2) => Ok(pulled),
            (_, Some(failed)) => Err(failed),
            _ => Err(Error::unsupported("no configured remote serves this")),
        }
    }
}

/// Of several failures the one that says most is told.
fn hope(error: &Error) -> u8 {
    match error.code() {
        ErrorCode::Unsupported => 0,
        ErrorCode::NotFound => 1,
        ErrorCode::Unreachable | ErrorCode::RemoteRefused => 2,
        _ => 3,
    }
}
