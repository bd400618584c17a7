//! Cards that are opened here: their numbers, and what to do where a number turns out to be somebody else's.

use crate::error::Result;
use crate::model::{CardNumber, OpId, Receipt};
use crate::sync::{Retarget, Retargeted};

use super::Till;

impl Till {
    /// How many numbers are left in the till's range ([`Config::card_numbers`](crate::Config::card_numbers)); `None` where it has
    /// none. Those further on that the book knows otherwise are passed over when they come, and counted until then.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn numbers_left(&self) -> Result<Option<u64>> {
        self.runtime.with(|engine| engine.numbers_left())
    }

    /// Records a person's decision on where a card goes whose opening the remote has refused, and carries it out.
    ///
    /// With another number the card is opened anew under that. Its lines stay, what waits behind the opening follows in order
    /// once the remote has confirmed it, each once, and the exception that stood for the refusal is lifted. From then on the card is
    /// called by its new number; the old one is free for whoever has it at the remote. Repeating a call that was made before,
    /// with the old number in it, finds its operation as ever. With an existing card what waits becomes that one's, with lines of
    /// the kind `retarget` on both, and the opening is written off.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tillbook::Error> {
    /// # let till: tillbook::Till = unimplemented!();
    /// use tillbook::Retarget;
    ///
    /// for waits in till.waiting()?.iter().filter(|waits| waits.may_retarget) {
    ///     println!("{} operations wait, {} yuan taken", waits.orphans.len(), waits.cash_taken);
    ///     let op_id = waits.receipt.op_id.as_str();
    ///     let receipt = till.retarget(op_id, &Retarget::NextNumber, "Lin", "the number was another holder's")?;
    ///     println!("the card is {} now", receipt.card);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `NotFound`; `WrongState` if it is no opening of a card, does not wait, or may have been opened after all: then
    /// [`Resolution::WasNotApplied`](crate::Resolution::WasNotApplied) comes first. `Refused` with
    /// [`Refusal::CardExists`](crate::Refusal::CardExists) for a number that the book knows,
    /// [`Refusal::NumbersExhausted`](crate::Refusal::NumbersExhausted),
    /// [`Refusal::UnknownCard`](crate::Refusal::UnknownCard), `CardBlocked` or `CardClosed` for an existing card;
    /// `InvalidConfig` where the till has no range; `InvalidInput`.
    pub fn retarget(&self, op_id: &str, to: &Retarget, who: &str, why: &str) -> Result<Receipt> {
        let op_id = OpId::new(op_id)?;
        let receipt = self.runtime.with(|engine| engine.retarget(&op_id, to, who, why))?;
        self.runtime.wake();
        Ok(receipt)
    }

    /// What people have decided of a number with [`Till::retarget`], whether it was the one before or the one after, oldest first:
    /// which card a receipt is about that was printed with the old one.
    ///
    /// # Errors
    /// `InvalidInput`.
    pub fn retargets(&self, number: &str) -> Result<Vec<Retargeted>> {
        let number = CardNumber::new(number)?;
        self.runtime.with(|engine| engine.retargets(&number))
    }
}
