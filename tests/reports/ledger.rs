//! The books of an accountant who believes no report: what each call returned, line by line, added up by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use tillbook::{
    Book, Class, Concern, Csv, DayClose, Family, Figures, HistoryQuery, Kind, Language, Link, Money, Movement, Outage,
    Period, Promise, Receipt, Reconciliation, State, Tally, Till, Timestamp, Told, Totals, TotalsKey,
};

/// Local time is Beijing's, and days change at four in the morning.
pub const CUTOFF_MINUTES: u32 = 240;

/// The business day of a moment, reckoned without the library.
fn day_of(at: Timestamp) -> i64 {
    (at.millis() + (480 - i64::from(CUTOFF_MINUTES)) * 60_000).div_euclid(86_400_000)
}

/// A line as the accountant wrote it down.
struct Line {
    date: String,
    key: TotalsKey,
    figures: Figures,
}

/// An operation as its call returned it.
pub struct Known {
    pub op_id: String,
    pub kind: Kind,
    pub told: Told,
    pub approved: bool,
    offline: bool,
    /// It was approved while its remote was known to be away.
    away: bool,
    operator: Option<String>,
    shift: Option<String>,
    pay_type: Option<String>,
    /// It has a line that tells of it as done.
    stands: bool,
}

/// Who worked the till, and how a recharge was paid in.
#[derive(Clone, Default)]
pub struct At {
    pub operator: Option<String>,
    pub shift: Option<String>,
    pub pay_type: Option<String>,
}

#[derive(Default)]
pub struct Ledger {
    lines: Vec<Line>,
    pub ops: Vec<Known>,
    closed: usize,
    closes: Vec<DayClose>,
    /// The clock was ahead at some time, so that times do not tell what came first.
    pub ran_ahead: bool,
}

fn figures(told: &Told) -> Figures {
    let Told { original, discount, actual, from_card, due, bonus, points, .. } = *told;
    Figures { lines: 1, original, discount, actual, from_card, due, bonus, points }
}

fn taken_back(of: &Figures) -> Figures {
    Figures {
        lines: of.lines,
        original: of.original.negated(),
        discount: of.discount.negated(),
        actual: of.actual.negated(),
        from_card: of.from_card.negated(),
        due: of.due.negated(),
        bonus: of.bonus.negated(),
        points: of.points.negated(),
    }
}

fn add(sum: &mut Figures, more: &Figures) {
    sum.lines += more.lines;
    sum.original = sum.original.plus(more.original);
    sum.discount = sum.discount.plus(more.discount);
    sum.actual = sum.actual.plus(more.actual);
    sum.from_card = sum.from_card.plus(more.from_card);
    sum.due = sum.due.plus(more.due);
    sum.bonus = sum.bonus.plus(more.bonus);
    sum.points = sum.points.plus(more.points);
}

fn at_stake(kind: Kind, told: &Told) -> Money {
    let money = match kind {
        Kind::Consume => told.from_card,
        Kind::RedeemCoupon => told.discount,
        _ => told.actual,
    };
    if money < Money::ZERO { money.negated() } else { money }
}

fn tally(to: &mut Tally, money: Money, approved: bool) {
    *to = Tally {
        operations: to.operations + 1,
        approved: to.approved + u64::from(approved),
        money: to.money.plus(money),
    };
}

impl Ledger {
    /// A call was answered.
    pub fn called(&mut self, till: &Till, receipt: &Receipt, at: At) {
        let away = till
            .status()
            .unwrap()
            .remotes
            .iter()
            .any(|remote| remote.provider == remote_of(receipt.kind) && remote.link == Link::Down);
        let offline = receipt.promise == Some(Promise::OfflineApproved);
        let known = Known {
            op_id: receipt.op_id.to_string(),
            kind: receipt.kind,
            told: receipt.told,
            approved: receipt.promise.is_some_and(Promise::is_approved),
            offline,
            away: away && offline,
            operator: at.operator,
            shift: at.shift,
            pay_type: at.pay_type,
            stands: false,
        };
        assert!(!self.ops.iter().any(|other| other.op_id == known.op_id));
        self.ops.push(known);
        let last = self.ops.len() - 1;
        if self.ops[last].approved {
            let line = figures(&receipt.told);
            self.write(till, last, Movement::Made, line, None);
            self.ops[last].stands = true;
        }
        self.look(till);
    }

    fn place(&self, op_id: &str) -> usize {
        self.ops.iter().position(|op| op.op_id == op_id).unwrap()
    }

    fn write(&mut self, till: &Till, op: usize, movement: Movement, figures: Figures, who: Option<&str>) {
        let op = &self.ops[op];
        let key = TotalsKey {
            operator: who.map(str::to_owned).or_else(|| op.operator.clone()),
            shift: op.shift.clone(),
            kind: op.kind,
            pay_type: op.pay_type.clone(),
            movement,
        };
        self.lines.push(Line { date: till.business_date().unwrap(), key, figures });
    }

    pub fn voided(&mut self, till: &Till, op_id: &str) {
        self.took_back(till, op_id, Movement::Void);
    }

    pub fn written_off(&mut self, till: &Till, op_id: &str) {
        self.took_back(till, op_id, Movement::WriteOff);
    }

    fn took_back(&mut self, till: &Till, op_id: &str, movement: Movement) {
        let op = self.place(op_id);
        if self.ops[op].approved {
            let line = taken_back(&figures(&self.ops[op].told));
            self.write(till, op, movement, line, None);
        }
    }

    /// The card of an opening got another number.
    pub fn renumbered(&mut self, till: &Till, op_id: &str, who: &str) {
        let op = self.place(op_id);
        let nothing = Figures { lines: 1, ..Figures::default() };
        self.write(till, op, Movement::Retarget, nothing, Some(who));
    }

    /// What waited behind an opening went to another card.
    pub fn moved(&mut self, till: &Till, op_id: &str, orphans: &[String], who: &str) {
        for orphan in orphans {
            let op = self.place(orphan);
            let line = figures(&self.ops[op].told);
            self.write(till, op, Movement::Retarget, taken_back(&line), Some(who));
            self.write(till, op, Movement::Retarget, line, Some(who));
        }
        self.written_off(till, op_id);
    }

    /// Looks through what nobody was promised: what the remote did all the same is a line from now on.
    pub fn look(&mut self, till: &Till) {
        for place in 0..self.ops.len() {
            if self.ops[place].approved || self.ops[place].stands {
                continue;
            }
            let receipt = till.operation(&self.ops[place].op_id).unwrap();
            if matches!(receipt.state, State::Applied | State::Settled) {
                let line = figures(&as_confirmed(&receipt));
                self.write(till, place, Movement::WithoutApproval, line, None);
                self.ops[place].stands = true;
            }
        }
    }

    /// A day's close: everything since the one before it, up to the last line of that day.
    pub fn closed(&mut self, close: DayClose) {
        let date = &close.business_date;
        let covered = self.lines.iter().skip(self.closed).rposition(|line| line.date <= *date);
        let upto = covered.map_or(self.closed, |last| self.closed + last + 1);
        let case = format!("Z {}", close.close_no);
        agree(&case, &close.totals, &self.lines[self.closed..upto]);
        assert_eq!(close.close_no, self.closes.len() as i64 + 1, "they run on");
        self.closed = upto;
        self.closes.push(close);
    }

    /// Every report, by hand.
    pub fn judge(&self, till: &Till, book: &Book, file: &Path) {
        let receipts: Vec<Receipt> = self.ops.iter().map(|op| till.operation(&op.op_id).unwrap()).collect();
        let x = till.totals().unwrap();
        agree("X", &x, &self.lines[self.closed..]);
        assert_eq!(book.totals().unwrap(), x);
        let dates: BTreeSet<&String> = self.lines.iter().map(|line| &line.date).collect();
        let mut days = Sums::default();
        for date in dates {
            let of_day: Vec<&Line> = self.lines.iter().filter(|line| line.date == *date).collect();
            let totals = till.totals_of_day(date).unwrap();
            agree(date, &totals, of_day);
            days.take(&totals);
        }
        let mut closes = Sums::default();
        for close in &self.closes {
            let kept = till.day_close(close.close_no).unwrap();
            assert_eq!(&kept, close, "a close never changes");
            closes.take(&kept.totals);
        }
        closes.take(&x);
        let all = Sums::of(&self.lines);
        assert_eq!(closes, all, "all closes and what is not closed");
        assert_eq!(days, all, "all days");
        self.judge_operations(till, file, &receipts);
        self.judge_safety(till, book, &receipts);
        self.judge_history(till);
    }

    fn judge_operations(&self, till: &Till, file: &Path, receipts: &[Receipt]) {
        let date = date_of;
        let dates: BTreeSet<String> = receipts.iter().map(|receipt| date(receipt.created_at)).collect();
        for day in dates {
            let mut of_day = receipts.iter().filter(|receipt| date(receipt.created_at) == day).collect::<Vec<_>>();
            // A clock that was put right since has dated later ones earlier.
            of_day.sort_by_key(|receipt| receipt.created_at);
            let report = till.reconciliation(&Period::Day(day.clone())).unwrap();
            reconcile(&day, &report, &of_day);
        }
        let outages = till.outages().unwrap();
        let between = between(file);
        let is_of = |receipt: &Receipt, outage: &Outage| {
            let meanwhile = between.get(&(receipt.op_id.to_string(), outage.outage_no));
            meanwhile.is_some_and(|meanwhile| *meanwhile || self.ops[self.place(receipt.op_id.as_str())].offline)
        };
        for outage in &outages {
            let report = till.reconciliation(&Period::Outage(outage.outage_no)).unwrap();
            let of: Vec<&Receipt> = receipts.iter().filter(|receipt| is_of(receipt, outage)).collect();
            reconcile("outage", &report, &of);
        }
        // What was approved without the remote while it was away is in exactly one outage, and nothing is in two.
        for receipt in receipts {
            let of: Vec<&Outage> = outages.iter().filter(|outage| is_of(receipt, outage)).collect();
            let away = self.ops[self.place(receipt.op_id.as_str())].away;
            assert!(of.len() <= 1 && (!away || of.len() == 1), "{receipt:?} is in {of:?}");
            // Where no clock ran ahead the times say the same, but for what was done at the very moment.
            for outage in outages.iter().filter(|_| !self.ran_ahead) {
                let at_the_moment = [Some(outage.began_at), outage.back_at, outage.ended_at];
                if !at_the_moment.contains(&Some(receipt.created_at)) {
                    assert_eq!(is_of(receipt, outage), self.is_of_by_time(receipt, outage), "{receipt:?} {outage:?}");
                }
            }
        }
    }

    fn is_of_by_time(&self, receipt: &Receipt, outage: &Outage) -> bool {
        let at = receipt.created_at;
        let during = at >= outage.began_at && outage.ended_at.is_none_or(|ended| at < ended);
        let away = outage.back_at.is_none_or(|back| at < back);
        remote_of(receipt.kind) == outage.provider
            && during
            && (away || self.ops[self.place(receipt.op_id.as_str())].offline)
    }

    fn judge_safety(&self, till: &Till, book: &Book, receipts: &[Receipt]) {
        let mut want = Vec::new();
        let mut classes: BTreeMap<Class, Tally> = BTreeMap::new();
        let mut confirmed = Tally::default();
        for receipt in receipts {
            let (class, money) = (Class::of(receipt.state), at_stake(receipt.kind, &receipt.told));
            if receipt.state == State::Applied {
                tally(&mut confirmed, money, false);
            } else if matches!(class, Class::OnItsWay | Class::InDoubt | Class::Parked | Class::Rejected)
                || receipt.state == State::Reversing
            {
                tally(classes.entry(class).or_default(), money, false);
            }
        }
        for (class, Tally { operations, money, .. }) in classes {
            want.push(Concern::NotFinished { class, operations, money });
        }
        if confirmed.operations > 0 {
            want.push(Concern::NotConfirmed { operations: confirmed.operations, money: confirmed.money });
        }
        let notices = till.notices().unwrap().len() as u64;
        if notices > 0 {
            want.push(Concern::Notices { notices });
        }
        let lines = (self.lines.len() - self.closed) as u64;
        if lines > 0 {
            want.push(Concern::DayNotClosed { lines });
        }
        if !self.lines.is_empty() {
            want.push(Concern::NoBackup);
        }
        let safe = till.safe_to_close().unwrap();
        assert_eq!((safe.upgrade.as_slice(), &safe.remove), (&[][..], &want));
        let status = book.status().unwrap();
        assert_eq!((status.lines_not_closed, status.notices), (lines, notices));
        let waiting =
            receipts.iter().filter(|receipt| matches!(receipt.state, State::Parked | State::Rejected)).count();
        assert_eq!(till.waiting().unwrap().len(), waiting);
    }

    fn judge_history(&self, till: &Till) {
        let mut query = Some(HistoryQuery { page_size: 7, ..HistoryQuery::default() });
        let mut by_op: BTreeMap<String, Figures> = BTreeMap::new();
        let mut told = Vec::new();
        while let Some(asked) = query {
            let page = till.history(&asked).unwrap();
            told.extend(page.lines.iter().map(|line| line.entry.clone()));
            query = asked.next_page(&page);
        }
        if self.ran_ahead {
            // The newest by its time is not the one that was written last.
            assert!(told.is_sorted_by_key(|entry| std::cmp::Reverse((entry.at, entry.entry_no))));
            told.sort_by_key(|entry| std::cmp::Reverse(entry.entry_no));
        }
        assert_eq!(told.len(), self.lines.len());
        for (entry, own) in told.iter().zip(self.lines.iter().rev()) {
            let figures = Figures {
                lines: 1,
                original: entry.original,
                discount: entry.original.minus(entry.actual),
                actual: entry.actual,
                from_card: entry.from_card,
                due: entry.due,
                bonus: entry.bonus,
                points: entry.points,
            };
            add(by_op.entry(entry.op_id.to_string()).or_default(), &figures);
            assert_eq!((&entry.business_date, &figures), (&own.date, &own.figures), "{entry:?}");
        }
        // An operation's lines come to what was told, or to nothing where it was taken back.
        for op in &self.ops {
            let sum = by_op.get(&op.op_id).copied().unwrap_or_default();
            let state = till.operation(&op.op_id).unwrap().state;
            let gone = matches!(state, State::Voided | State::WrittenOff);
            let want = if op.approved && !gone { figures(&op.told) } else { Figures::default() };
            if op.approved || !op.stands {
                assert_eq!((sum.original, sum.due, sum.points), (want.original, want.due, want.points), "{}", op.op_id);
            }
        }
    }
}

/// The operations that lie within each outage of their remote by the book's own numbers, and whether it was not back yet.
fn between(file: &Path) -> BTreeMap<(String, i64), bool> {
    let book = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = book
        .prepare(
            "SELECT o.op_id, u.outage_no, u.back_op IS NULL OR o.op_no <= u.back_op
             FROM outage u JOIN operation o ON o.provider = u.provider
             WHERE o.op_no >= u.first_op AND (u.last_op IS NULL OR o.op_no <= u.last_op)",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

fn remote_of(kind: Kind) -> &'static str {
    match kind.family() {
        Family::Cards => "sandy",
        Family::Points => "freemud",
        _ => "gree",
    }
}

/// What a line of something that nobody was promised tells: what the remote said it did.
fn as_confirmed(receipt: &Receipt) -> Told {
    let told = receipt.told;
    let Some(said) = &receipt.confirmation else { return told };
    match receipt.kind {
        Kind::Consume if !told.due.is_positive() => {
            let from_card = said.from_card.unwrap_or(told.from_card);
            let actual = said.actual.unwrap_or_else(|| from_card.plus(said.due.unwrap_or_default()));
            Told { actual, from_card, due: actual.minus(from_card), discount: told.original.minus(actual), ..told }
        }
        Kind::Recharge => {
            Told { bonus: said.bonus.unwrap_or(told.bonus), points: said.bonus_points.unwrap_or(told.points), ..told }
        }
        _ => told,
    }
}

pub fn date_of(at: Timestamp) -> String {
    let day = day_of(at);
    // The civil date of a number of days since 1970-01-01.
    let (z, era_days) = (day + 719_468, 146_097);
    let era = z.div_euclid(era_days);
    let doe = z.rem_euclid(era_days);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", doy - (153 * mp + 2) / 5 + 1)
}

/// Sums by line and movement, and the drawer's part.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    lines: BTreeMap<TotalsKey, Figures>,
    due: Money,
}

impl Sums {
    fn of<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Sums {
        let mut sums = Sums::default();
        for line in lines {
            add(sums.lines.entry(line.key.clone()).or_default(), &line.figures);
            let collected = matches!(line.key.kind, Kind::Consume | Kind::Recharge);
            if collected && matches!(line.key.movement, Movement::Made | Movement::Void) {
                sums.due = sums.due.plus(line.figures.due);
            }
        }
        sums
    }

    fn take(&mut self, totals: &Totals) {
        for line in &totals.lines {
            add(self.lines.entry(line.key.clone()).or_default(), &line.figures);
        }
        self.due = self.due.plus(totals.due);
    }
}

/// A report is what the lines come to, line by line, in its sums, and as a table.
fn agree<'a>(case: &str, totals: &Totals, lines: impl IntoIterator<Item = &'a Line>) {
    let want = Sums::of(lines);
    let mut told = Sums::default();
    told.take(totals);
    assert_eq!(told, want, "{case}");
    assert_eq!(told.lines.len(), totals.lines.len(), "{case}: each key once");
    let mut movements: BTreeMap<Movement, Figures> = BTreeMap::new();
    let mut kinds: BTreeMap<Kind, Figures> = BTreeMap::new();
    for (key, figures) in &want.lines {
        add(movements.entry(key.movement).or_default(), figures);
        if key.movement == Movement::Made {
            add(kinds.entry(key.kind).or_default(), figures);
        }
    }
    assert_eq!((&totals.movements, &totals.kinds), (&movements, &kinds), "{case}");
    let moved = movements.get(&Movement::Retarget).copied().unwrap_or_default();
    assert_eq!(Figures { lines: 0, ..moved }, Figures::default(), "{case}: what was moved comes to nothing");
    for sum in totals.movements.values().chain(totals.lines.iter().map(|line| &line.figures)) {
        assert_eq!(sum.original, sum.actual.plus(sum.discount), "{case}");
        assert_eq!(sum.actual, sum.from_card.plus(sum.due), "{case}");
    }
    // The table's columns add up to the same.
    let rows = parsed(&totals.to_csv(Language::English));
    let mut columns = Figures::default();
    for row in rows.iter().skip(1).filter(|row| row[0] != "all") {
        let money = |column: usize| Money::parse_yuan(row[column].trim_start_matches('-')).unwrap();
        let signed = |column: usize| if row[column].starts_with('-') { money(column).negated() } else { money(column) };
        let figures = Figures {
            lines: row[5].parse().unwrap(),
            original: signed(6),
            discount: signed(7),
            actual: signed(8),
            from_card: signed(9),
            due: signed(10),
            bonus: signed(11),
            points: tillbook::Points::new(row[12].parse().unwrap()),
        };
        add(&mut columns, &figures);
        assert!(!row[..5].iter().any(|field| field.trim_start().starts_with(['=', '+', '-', '@'])), "{row:?}");
    }
    let mut whole = Figures::default();
    movements.values().for_each(|figures| add(&mut whole, figures));
    assert_eq!(columns, whole, "{case}");
    let json: Totals = serde_json::from_value(serde_json::to_value(totals).unwrap()).unwrap();
    assert_eq!(&json, totals, "{case}");
}

/// The rows of a table as RFC 4180 has them.
pub fn parsed(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => field.extend(chars.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut field)),
            ('\r', false) if chars.peek() == Some(&'\n') => {
                chars.next();
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (char, _) => field.push(char),
        }
    }
    assert!(!quoted && row.is_empty() && field.is_empty(), "it ends with a line's end");
    rows
}

/// A reconciliation is what has become of these operations.
fn reconcile(case: &str, report: &Reconciliation, of: &[&Receipt]) {
    let mut classes: BTreeMap<Class, Tally> = BTreeMap::new();
    let mut kinds: BTreeMap<Kind, BTreeMap<Class, Tally>> = BTreeMap::new();
    let (mut total, mut variance) = (Tally::default(), Tally::default());
    let mut listed = Vec::new();
    for receipt in of {
        let (class, money) = (Class::of(receipt.state), at_stake(receipt.kind, &receipt.told));
        let approved = receipt.promise.is_some_and(Promise::is_approved);
        tally(&mut total, money, approved);
        tally(classes.entry(class).or_default(), money, approved);
        tally(kinds.entry(receipt.kind).or_default().entry(class).or_default(), money, approved);
        let differs = receipt.variance.filter(|_| class == Class::Accepted);
        if let Some(differs) = differs {
            tally(&mut variance, differs, approved);
        }
        if differs.is_some() || !matches!(class, Class::Accepted | Class::Declined | Class::Cancelled) {
            listed.push(receipt.op_id.clone());
        }
    }
    assert_eq!((report.total, report.variance), (total, variance), "{case}");
    assert_eq!((&report.classes, &report.kinds), (&classes, &kinds), "{case}");
    let told: Vec<_> = report.operations.iter().map(|op| op.op_id.clone()).collect();
    assert_eq!((told, report.more), (listed, 0), "{case}");
    assert_eq!(parsed(&report.operations.to_csv(Language::Chinese)).len(), report.operations.len() + 1);
}
