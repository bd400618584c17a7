//! Deliberate bugs, to prove that the simulator finds them.
//!
//! They exist only in a build with `--cfg tillbook_mutations`, where at most one at a time is chosen for a thread. In every
//! other build `mutated!` is the constant `false` and nothing of them is compiled. `sim/tests/mutations.rs` runs the
//! simulator with each.

/// Whether the bug of this name, or one of these names, is chosen.
#[cfg(tillbook_mutations)]
macro_rules! mutated {
    ($($name:ident)|+) => {
        $crate::mutation::is_chosen(&[$($crate::mutation::Mutation::$name),+])
    };
}

/// There are no bugs on purpose in this build.
#[cfg(not(tillbook_mutations))]
macro_rules! mutated {
    ($($name:ident)|+) => {
        false
    };
}

#[cfg(tillbook_mutations)]
pub(crate) use chosen::is_chosen;
#[cfg(tillbook_mutations)]
pub use chosen::{Mutation, set};

#[cfg(tillbook_mutations)]
mod chosen {
    use std::cell::Cell;

    thread_local! {
        static CHOSEN: Cell<Option<Mutation>> = const { Cell::new(None) };
    }

    /// Chooses the bug that this thread's tills have from now on, or none.
    pub fn set(mutation: Option<Mutation>) {
        CHOSEN.set(mutation);
    }

    pub(crate) fn is_chosen(mutations: &[Mutation]) -> bool {
        CHOSEN.get().is_some_and(|chosen| mutations.contains(&chosen))
    }

    /// Declares the bugs, each with the number of the simulator's invariant that it is meant to break.
    macro_rules! mutations {
        ($($(#[$meta:meta])* $name:ident = $invariant:literal),+ $(,)?) => {
            /// A deliberate bug.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum Mutation { $($(#[$meta])* $name),+ }

            impl Mutation {
                /// All of them, by the invariant that they are meant to break.
                pub const ALL: &'static [Mutation] = &[$(Mutation::$name),+];

                /// Its name.
                #[must_use]
                pub const fn name(self) -> &'static str {
                    match self { $(Mutation::$name => stringify!($name)),+ }
                }

                /// The number of the invariant that it is meant to break.
                #[must_use]
                pub const fn invariant(self) -> u8 {
                    match self { $(Mutation::$name => $invariant),+ }
                }
            }
        };
    }

    mutations! {
        /// Two looks in a row prove absence, however soon after the attempt.
        NoQuietPeriod = 1,
        /// An error of the remote's is taken for "not processed".
        ErrorIsNotProcessed = 1,
        /// An error that nobody knows is taken for a refusal.
        ErrorIsRefusal = 1,
        /// Requests come out of a turn whose commit has failed.
        SendBeforeCommit = 2,
        /// What may have been seen is encoded anew when it is sent again.
        EncodedAnew = 2,
        /// The newest operation of a lane comes first.
        NewestFirst = 3,
        /// What waits for a person lets the operations behind it pass.
        ParkedHoldsNothing = 3,
        /// The first look that shows nothing proves absence.
        OneLookIsProof = 4,
        /// An attempt without an answer is taken for one that was never sent.
        LostIsUnsent = 4,
        /// What was on the wire when the program ended is sent again.
        CrashResends = 4,
        /// When an outage ends, what waits for a person is sent again.
        OutageUnparks = 4,
        /// What was promised to nobody is sent again.
        UnpromisedIsSent = 4,
        /// A late confirmation changes what the cashier was told.
        PromiseChanges = 5,
        /// An approval makes no line in the book.
        ApprovalWithoutEntry = 5,
        /// A commit does not wait for the disk.
        CommitIsNotSynced = 5,
        /// Balances forget what waits for a person.
        ParkedCountsNothing = 6,
        /// Balances count a credit whose outcome is unknown.
        DoubtAddsCredit = 6,
        /// Nobody is told that the remote's figure differs from the one promised.
        SwallowVariance = 7,
        /// Nobody is told that the remote did what was promised to nobody.
        SwallowCharge = 7,
        /// The figures that serving a card brings are not taken.
        ServedInVain = 7,
        /// An operation is settled without a base that includes it.
        SettleWithoutBase = 7,
        /// An operation's effect is put on top of figures that include it.
        EffectTwice = 7,
        /// A read that began before an attempt had ended lands.
        LandTooEarly = 8,
        /// Figures land while something is on the wire or unknown.
        LandOverOpenHead = 8,
        /// A base settles what waits behind a lane's head.
        SettleQueued = 9,
        /// What is settled can still be voided.
        VoidSettled = 9,
        /// While anything is in doubt nothing else is sent.
        DoubtDelaysAll = 10,
        /// Only the lane that has been due the longest is looked at, even while it is being worked on.
        FirstLaneOnly = 10,
        /// Operations are parked, and nobody is told.
        ParkSilently = 11,
        /// Each refusal of this till is notified again.
        HaltToldAgain = 11,
        /// Acknowledging a notification acknowledges those before it too.
        AckTakesAll = 11,
        /// A lane that failed once is left idle.
        LaneForgotten = 12,
        /// A lane that failed once is put off for ever.
        PutOffForEver = 12,
        /// A pause that the remote asks for is as long as any other.
        IgnoreRetryAfter = 13,
        /// Failures in a row stop nothing.
        IgnoreBreaker = 13,
        /// A restart forgets how the remote fares.
        ForgetCondition = 13,
        /// What is open already does not count against any limit.
        ExposureIgnored = 14,
        /// What is in doubt is no risk any more.
        DoubtIsNoRisk = 14,
        /// A supervisor's override goes as far as anybody likes.
        HardLimitIgnored = 14,
        /// An override lifts what the policy lets nobody lift.
        EverythingIsLifted = 14,
        /// A restart puts the configuration's policy in force again.
        RestartResetsPolicy = 14,
        /// What is sent again is sent under another key.
        ResentUnderNewKey = 2,
        /// What the remote may have forgotten the key of is sent again.
        ResentForEver = 1,
        /// The remote's word that it has seen a key is taken for a refusal.
        RepeatedIsRefused = 1,
        /// A coupon that is still valid is taken for used by an order without an answer.
        ValidCouponIsUsed = 1,
        /// A coupon that another order has used is taken for used by ours.
        AnybodysUseIsOurs = 1,
        /// That there is nothing to undo proves at once that nothing will be.
        OneUndoIsProof = 1,
        /// Points come back as often as somebody asks for it.
        ReturnsAreNotCounted = 1,
        /// A halted remote is asked on.
        HaltIsIgnored = 13,
        /// What this till's own operations do not explain is told to nobody (class two).
        SwallowDifferences = 1,
        /// A card that got another number is opened again by the request for its old one.
        OldAttemptsCount = 16,
        /// Keeping house erases the bytes of what is open.
        HouseTakesOpen = 2,
        /// An older copy of the book sends at once.
        OldCopySends = 17,
        /// An older copy of the book is not noticed.
        OldCopyIsTaken = 17,
        /// An older copy goes on with the numbers that it left off with.
        NumbersAgain = 17,
        /// What is open in an older copy was never sent.
        OldCopyDoubtsNothing = 1,
        /// Figures are written and not sealed.
        SealForgotten = 15,
    }
}
