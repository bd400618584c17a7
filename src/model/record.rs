//! What a remote's own history tells of a card.

use super::operation::named;

named! {
    /// What a line of a remote's own history is about, in this library's words. A remote tells what happened, not who asked
    /// for it: other tills and the back office are in it too.
    RecordKind {
        /// A card was opened.
        OpenCard = "open_card",
        /// A card was given back.
        CloseCard = "close_card",
        /// A card was replaced by another one.
        ReplaceCard = "replace_card",
        /// A card was reported lost.
        ReportLoss = "report_loss",
        /// The loss was lifted.
        LiftLoss = "lift_loss",
        /// Money was put on the card.
        Recharge = "recharge",
        /// The card paid.
        Consume = "consume",
        /// Money went to another card.
        TransferOut = "transfer_out",
        /// Money came from another card.
        TransferIn = "transfer_in",
        /// Money was paid out.
        Withdraw = "withdraw",
        /// Points came, whatever for.
        PointsIn = "points_in",
        /// Points went, whatever for.
        PointsOut = "points_out",
        /// Something that the remote's document does not list.
        Other = "other",
    }
}

/// What a pull of a card's history at its remotes brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryPull {
    /// Lines that the remotes told.
    pub told: u64,
    /// Those of them that the book did not have.
    pub new: u64,
    /// Lines that were found now to be operations of this book: the history shows them once.
    pub linked: u64,
    /// Every line that was asked for was told. False where a history is longer than one pull reads (10,000 lines), or where a
    /// remote does not turn its pages.
    pub complete: bool,
}
