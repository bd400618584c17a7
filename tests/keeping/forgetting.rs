//! A holder who is forgotten: nothing of the person is left in any file.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tillbook::{
    AddCouponTemplate, BackupOptions, Book, Config, Consume, CouponEffect, CouponTemplate, ErrorCode, GiveCoupon,
    HttpResponse, Listed, Modify, OpenCard, Recharge, RedeemPoints, Register, Resolution, Retarget, Retention, State,
    Till, Validity,
};
use tillbook_sandbox::sandy::NewCard;
use tillbook_testvfs::{Failure, Op, TestVfs};

use crate::street::{ALL, Fate, Street, all_families, gree, sandy, shop};
use crate::{ask, yuan};

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// Two names of one person, and two phones; the first phone is the card's number, too.
const NAMES: [&str; 2] = ["Zhuge Kongming", "司马仲达"];
const PHONES: [&str; 2] = ["13912345678", "13787654321"];

fn keeping() -> Config {
    let mut config = shop(sandy()).and(gree());
    config.routing = all_families().routing;
    config.routing.points = Some("gree".into());
    config.policy.floor_limit = yuan("1000");
    config.policy.card_limit = yuan("100000");
    config.retention = Retention { raw_days: 7, archive_after_days: Some(366), archive_folder: None };
    config
}

/// The files of a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|file| std::fs::read(file).unwrap().windows(text.len()).any(|bytes| bytes == text.as_bytes()))
        .collect()
}

fn assert_gone(folder: &Path) {
    for text in NAMES.iter().chain(&PHONES) {
        assert_eq!(holding(folder, text), Vec::<PathBuf>::new(), "{text}");
    }
}

/// What Sandy says to a sale that it does not like, as some remotes do: with the person's data in it.
fn refusal() -> HttpResponse {
    let text = format!(r#"{{"errcode": 4, "errmsg": "{} ({}): 余额不足"}}"#, NAMES[0], PHONES[0]);
    HttpResponse { status: 200, headers: Vec::new(), body: text.into_bytes() }
}

/// Everything about a person that can come into a book.
fn live(street: &std::sync::Arc<Street>, till: &Till) {
    let (card, name) = (PHONES[0], NAMES[0]);
    till.serve_card("A1", ALL).unwrap();
    till.open_card(OpenCard::new(card, "普通会员").name(name).phone(card).offline().op_id("open")).unwrap();
    till.recharge(Recharge::new(card, yuan("50"), 1).offline().op_id("cash")).unwrap();
    street.settle(till);
    till.register(Register::new(card).card(card).name(name).offline().op_id("member")).unwrap();
    street.settle(till);
    till.serve_card(card, ALL).unwrap();
    let template = CouponTemplate {
        id: "T1".into(),
        name: "5 off".into(),
        effect: CouponEffect::OrderReduction(yuan("5")),
        validity: Validity::Days(30),
        minimum: yuan("0"),
        rules: "once".into(),
        quantity: 0,
        per_member: 0,
        scope: Default::default(),
    };
    till.add_coupon_template(AddCouponTemplate::new(template).offline().op_id("template")).unwrap();
    street.settle(till);
    till.give_coupon(GiveCoupon::new(card, "T1").offline().op_id("give")).unwrap();
    street.settle(till);
    till.set_exception_by(card, Some(&format!("{name} owes us")), "Lin").unwrap();
    till.replace_exceptions(&[Listed::new(card, format!("{name}, says the head office"))], "Lin").unwrap();
    till.replace_exceptions(&[], "Lin").unwrap();
    till.set_exception_by(card, None, "Lin").unwrap();
    // Declined in the remote's own words, and rejected after an approval.
    street.once("consume", Fate::Answered(refusal()));
    let declined = till.consume(Consume::new(card, yuan("3")).require_online(ALL).op_id("declined")).unwrap();
    assert!(declined.remote_message.is_some_and(|message| message.contains(name)), "it came into the promise");
    till.consume(Consume::new(card, yuan("4")).offline().op_id("rejected")).unwrap();
    street.once("consume", Fate::Answered(refusal()));
    till.sync(ALL).unwrap();
    assert_eq!(till.operation("rejected").unwrap().state, State::Rejected);
    // A day is closed while that waits for a person, who then notes what was found out.
    till.close_day(&till.business_date().unwrap(), "Lin").unwrap();
    till.resolve("rejected", Resolution::WriteOff, "Lin", &format!("{name} paid in cash")).unwrap();
    till.set_exception_by(card, None, "Lin").unwrap();
    till.modify(Modify::new(card).name(NAMES[1]).phone(PHONES[1]).offline().op_id("move")).unwrap();
    till.redeem_points(RedeemPoints::new(card, tillbook::Points::new(1)).offline().op_id("points")).ok();
    street.settle(till);
    till.serve_card(card, ALL).unwrap();
    till.pull_history(card, None, ALL).unwrap();
    for notice in till.notices().unwrap() {
        till.acknowledge(notice.notice_no, "Lin", Some(&format!("told {name}"))).unwrap();
    }
    // The last attempt, decision and notice of a book stay in it: they are somebody else's.
    till.set_exception_by("A1", Some("lost"), "Lin").unwrap();
    till.set_exception_by("A1", None, "Lin").unwrap();
    till.consume(Consume::new("A1", yuan("1")).offline().op_id("other")).unwrap();
    street.settle(till);
}

#[test]
fn nothing_of_a_person_who_is_forgotten_is_in_any_file() {
    for archived in [false, true] {
        let street = Street::new();
        let till = street.till(keeping());
        live(&street, &till);
        street.clock.pass(2 * DAY);
        if archived {
            street.clock.pass(400 * DAY);
            assert!(till.keep_house(DAY).unwrap().archived > 3);
        }
        for text in NAMES.iter().chain(&PHONES) {
            assert!(!holding(street.dir.path(), text).is_empty(), "{text} was there");
        }
        let lines = till.history(&Default::default()).unwrap().lines.len();
        let waiting = till.waiting().unwrap();
        assert!(waiting.is_empty(), "{waiting:?}");
        let forgotten = till.forget(PHONES[0], "boss").unwrap();
        assert!(forgotten.number.starts_with("forgotten-"), "{forgotten:?}");
        assert!(!forgotten.traces_left && forgotten.archives_missing.is_empty(), "{forgotten:?}");
        till.backup(street.dir.path().join("monday.db"), BackupOptions::new()).unwrap();
        assert_gone(street.dir.path());
        let check = till.check(&Default::default()).unwrap();
        assert!(check.is_clean(), "{:#?}", check.findings);
        assert_eq!(till.history(&Default::default()).unwrap().lines.len(), lines, "figures stay");
        assert_eq!(till.operation("declined").unwrap().promise, Some(tillbook::Promise::Declined));
        drop(till);
        assert_gone(street.dir.path());
    }
}

/// A row that SQLite moved to another page leaves its bytes in unused space of the first, and a release that did not overwrite
/// what it freed has left pages of them: overwriting what is deleted does not reach those.
#[test]
fn what_sqlite_left_in_unused_space_is_gone_too() {
    let street = Street::new();
    let till = street.till(keeping());
    let listed = |n: u64| Listed::new(format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)), "lost");
    let cards: Vec<Listed> = (1..1500).map(listed).collect();
    live(&street, &till);
    till.replace_exceptions(&cards, "Lin").unwrap();
    drop(till);
    // As much as many small changes would leave, at once.
    let conn = Connection::open(street.book()).unwrap();
    conn.execute_batch(
        "PRAGMA secure_delete = OFF; CREATE TABLE scratch (n INTEGER PRIMARY KEY, text TEXT);
         INSERT INTO scratch SELECT card_no, name || ' ' || phone FROM card WHERE name IS NOT NULL;
         DROP TABLE scratch",
    )
    .unwrap();
    drop(conn);
    let till = street.till(keeping());
    assert!(!till.forget(PHONES[0], "boss").unwrap().traces_left);
    assert_gone(street.dir.path());
}

#[test]
fn whoever_reads_the_book_meanwhile_is_told_of_and_the_rest_is_done_later() {
    let street = Street::new();
    let till = street.till(keeping());
    live(&street, &till);
    let reader = Connection::open(street.book()).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let count = "SELECT count(*) FROM entry";
    let before: i64 = reader.query_row(count, [], |row| row.get(0)).unwrap();
    let forgotten = till.forget(PHONES[0], "boss").unwrap();
    assert!(forgotten.traces_left);
    assert!(!holding(street.dir.path(), NAMES[0]).is_empty(), "the reader still needs it");
    assert_eq!(reader.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap(), before);
    assert!(till.consume(Consume::new("A1", yuan("1")).offline()).unwrap().is_approved(), "the till trades on");
    till.keep_house(DAY).unwrap();
    drop(reader);
    till.keep_house(DAY).unwrap();
    assert_gone(street.dir.path());
    // Or by hand, under the name that stands there now.
    assert!(!till.forget(&forgotten.number, "boss").unwrap().traces_left);
    assert!(Book::open(street.book()).is_ok());
}

/// Once the rows are erased the card has another number: an error then could never be followed up under the old one.
#[test]
fn a_disk_that_fails_after_the_rows_are_erased_is_told_of_and_the_rest_is_done_later() {
    let street = Street::new();
    let vfs = TestVfs::register("forgetting");
    let till = street.builder(keeping()).vfs(vfs.name()).open(street.book()).unwrap();
    live(&street, &till);
    drop(till);
    let whole = std::fs::read(street.book()).unwrap();
    // Nothing erased, erased with traces left, all done: each of the file's calls may fail.
    let (mut refused, mut left) = (0, 0);
    for nth in 1.. {
        std::fs::write(street.book(), &whole).unwrap();
        let till = street.builder(keeping()).vfs(vfs.name()).open(street.book()).unwrap();
        vfs.fail(Failure::io_err_at(nth).op(Op::Sync).persistent());
        let forgotten = till.forget(PHONES[0], "boss");
        let fired = vfs.fired() > 0;
        vfs.heal();
        let forgotten = match forgotten {
            Ok(forgotten) => forgotten,
            Err(error) => {
                assert_eq!(error.code(), ErrorCode::Storage, "{nth}: {error}");
                assert_eq!(till.card(PHONES[0]).unwrap().holder.name.as_deref(), Some(NAMES[1]), "{nth}");
                refused += 1;
                till.forget(PHONES[0], "boss").unwrap()
            }
        };
        assert_eq!(till.card(&forgotten.number).unwrap().holder.name, None);
        left += u32::from(forgotten.traces_left);
        drop(till);
        let till = street.builder(keeping()).vfs(vfs.name()).open(street.book()).unwrap();
        till.keep_house(DAY).unwrap();
        assert_gone(street.dir.path());
        if !fired {
            break;
        }
    }
    assert!(refused > 0 && left > 0, "{refused} {left}");
}

/// A new column needs an answer: is it erased, or why does it hold nobody's data?
#[test]
fn every_text_of_the_schema_has_been_thought_of() {
    const ERASED: &[&str] = &[
        "account.reference",
        "attempt.answer",
        "attempt.body",
        "attempt.facts",
        "attempt.note",
        "attempt.path",
        "card.birthday",
        "card.exception",
        "card.gender",
        "card.name",
        "card.number",
        "card.phone",
        "confirmation.body",
        "coupon.body",
        "coupon.code",
        "day_close.body",
        "decision.detail",
        "decision.why",
        "exception_change.reason",
        "exception_list.reason",
        "former_phone.phone",
        "look.facts",
        "look.note",
        "notice.ack_note",
        "notice.detail",
        "operation.act",
        "operation.bound",
        "operation.waits_for",
        "promise.message",
        "promise.refusal",
        "record.note",
        "tail.tail",
    ];
    // A line of the book can't change, and an operation's reason is the line's.
    const DOCUMENTED: &[&str] = &["entry.reason", "operation.reason"];
    // Names of kinds and states, keys that the library or the remote makes, figures, and what names staff.
    const NOBODYS: &[&str] = &[
        "account.provider",
        "account.status",
        "alias.provider",
        "archive.name",
        "attempt.method",
        "attempt.outcome",
        "book.key",
        "book.value",
        "card.level",
        "chain_key.fingerprint",
        "claim.remote_id",
        "coupon.provider",
        "coupon_template.body",
        "coupon_template.id",
        "coupon_template.provider",
        "coupon_template.remote_id",
        "day_close.business_date",
        "day_close.chain_head",
        "day_close.who",
        "decision.resolution",
        "decision.who",
        "entry.approval",
        "entry.business_date",
        "entry.kind",
        "entry.mac",
        "entry.operator",
        "entry.receipt_no",
        "entry.shift",
        "entry.supervisor",
        "entry.ticket",
        "epoch.why",
        "exception_change.who",
        "lane.provider",
        "lane.state",
        "level.id",
        "level.name",
        "level.provider",
        "level_rate.level",
        "level_rate.provider",
        "level_rate.rate",
        "level_rate.seen_on",
        "look.verdict",
        "memory.key",
        "memory.provider",
        "memory.value",
        "notice.acked_by",
        "notice.kind",
        "number_range.range",
        "operation.coupon",
        "operation.delivery",
        "operation.evidence",
        "operation.kind",
        "operation.op_id",
        "operation.operator",
        "operation.provider",
        "operation.shift",
        "operation.state",
        "operation.supervisor",
        "operation.ticket",
        "operation.told",
        "operation.wire_key",
        "outage.provider",
        "pay_type.name",
        "pay_type.provider",
        "policy.body",
        "policy.who",
        "policy.why",
        "promise.lifted",
        "promise.promise",
        "promise.told",
        "provider.condition",
        "provider.provider",
        "push.mark",
        "push.provider",
        "quota.call",
        "quota.provider",
        "rate_seen.day",
        "rate_seen.level",
        "rate_seen.provider",
        "rate_seen.rate",
        "recharge_rules.rules",
        "record.kind",
        "record.provider",
        "record.remote_id",
        "record.store",
        "token.call",
        "token.provider",
        "token.text",
    ];
    let street = Street::new();
    drop(street.till(keeping()));
    let all: String = ask(
        &street.book(),
        "SELECT group_concat(t.name || '.' || c.name) FROM pragma_table_list t JOIN pragma_table_info(t.name) c
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c.type IN ('TEXT', 'BLOB', 'ANY')",
    );
    let known: Vec<&str> = [ERASED, DOCUMENTED, NOBODYS].concat();
    let new: Vec<&str> = all.split(',').filter(|column| !known.contains(column)).collect();
    assert_eq!(new, Vec::<&str>::new(), "think of what forgetting does with these");
    let gone: Vec<&&str> = known.iter().filter(|column| !all.split(',').any(|there| there == **column)).collect();
    assert_eq!(gone, Vec::<&&str>::new());
}

/// A card was opened offline for somebody who had one already: it is closed, and it is the same person's.
#[test]
fn the_card_that_was_never_opened_for_a_holder_is_forgotten_with_theirs() {
    for existing in ["E1", PHONES[0]] {
        let street = Street::new();
        {
            let (now, mut cores) = (street.now_ms() / 1000 - 7200, street.cores.lock().unwrap());
            let another = NewCard::new("N1", 1).with_holder("another", "13500000000", None);
            let own = NewCard::new(existing, 1).with_holder(NAMES[0], PHONES[0], None);
            cores.sandy.seed(now, another).unwrap();
            cores.sandy.seed(now, own).unwrap();
        }
        let till = street.till(keeping());
        for card in ["A1", existing] {
            till.serve_card(card, ALL).unwrap();
        }
        let open = OpenCard::new("N1", "普通会员").name(NAMES[1]).phone(PHONES[1]);
        till.open_card(open.offline().op_id("open")).unwrap();
        till.recharge(Recharge::new("N1", yuan("50"), 1).offline().op_id("cash")).unwrap();
        till.sync(ALL).unwrap();
        assert_eq!(till.operation("open").unwrap().state, State::Rejected);
        till.retarget("open", &Retarget::ExistingCard(existing.into()), "Lin", "has one").unwrap();
        street.settle(&till);
        till.consume(Consume::new("A1", yuan("1")).offline()).unwrap();
        street.settle(&till);
        for text in NAMES.iter().chain(&PHONES) {
            assert!(!holding(street.dir.path(), text).is_empty(), "{text} was there");
        }
        assert_eq!(till.forget(existing, "boss").unwrap().operations, 2);
        for text in NAMES.iter().chain(&PHONES[1..]) {
            assert_eq!(holding(street.dir.path(), text), Vec::<PathBuf>::new(), "{text}");
        }
        // Where the number is a phone's only the lines tell it that say which card became which, and the chain covers these.
        assert_eq!(ask::<i64>(&street.book(), "SELECT count(*) FROM decision WHERE detail LIKE '%139%'"), 0);
        assert!(till.check(&Default::default()).unwrap().is_clean());
    }
}
