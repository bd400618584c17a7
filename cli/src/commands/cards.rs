//! Cards.

use serde_json::json;
use tillbook::{Book, Card, CardStatus, ErrorCode, Matched, SearchQuery};

use crate::args::{Cards, Options};
use crate::out::{Out, number, text};
use crate::words::Words;
use crate::{Ended, Failure, Outcome, json};

pub(crate) fn cards(options: &Options, asked: &Cards, out: &mut Out) -> Outcome {
    let book = out.book(options)?;
    if let Some(number) = &asked.text {
        match book.card(number) {
            Ok(card) => return one(out, &card),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidInput) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let (cards, has_more) = found(&book, asked)?;
    if out.json {
        let shown = cards.iter().map(|(card, matched)| {
            let mut shown = json::card(out, card);
            shown["matched"] = json!(matched.map(Matched::as_str));
            shown
        });
        let shown: Vec<_> = shown.collect();
        out.json(&json!({"cards": shown, "has_more": has_more}))?;
        return Ok(Ended::Well);
    }
    let row = |(card, _): &Match| {
        vec![
            text(out.number(card.number.as_str())),
            text(card.holder.name.as_ref().map(|name| out.name(name)).unwrap_or_default()),
            text(card.holder.phone.as_ref().map(|phone| out.phone(phone)).unwrap_or_default()),
            text(card.level.as_deref().unwrap_or_default()),
            text(out.say(status(card.status))),
            number(card.balances.money.expected),
            number(card.balances.points.expected),
        ]
    };
    let rows = cards.iter().map(row).collect();
    let headings = [
        ("card", "卡号"),
        ("name", "姓名"),
        ("phone", "手机号"),
        ("level", "等级"),
        ("status", "状态"),
        ("money", "余额"),
        ("points", "积分"),
    ];
    out.table(&headings, rows)?;
    if has_more {
        out.line(
            out.say(("There are more: give more of the text, or --limit.", "还有更多，请输入更多内容或用 --limit。")),
        )?;
    }
    Ok(Ended::Well)
}

/// A card, and by what it was found.
type Match = (Card, Option<Matched>);

/// The cards, and whether there are more.
fn found(book: &Book, asked: &Cards) -> Result<(Vec<Match>, bool), Failure> {
    let limit = usize::from(asked.limit);
    let (numbers, has_more) = match &asked.text {
        Some(text) => {
            let found = book.search(SearchQuery::new(text).limit(limit))?;
            let numbers = found.cards.into_iter().map(|card| (card.number, Some(card.matched)));
            (numbers.collect::<Vec<_>>(), found.has_more)
        }
        None => {
            let numbers = book.card_numbers()?;
            let has_more = numbers.len() > limit;
            (numbers.into_iter().take(limit).map(|number| (number, None)).collect(), has_more)
        }
    };
    let cards = numbers.into_iter().map(|(number, matched)| Ok((book.card(number.as_str())?, matched)));
    Ok((cards.collect::<Result<_, tillbook::Error>>()?, has_more))
}

/// Whether it may be used, in words.
fn status(status: CardStatus) -> Words {
    match status {
        CardStatus::Active => ("active", "正常"),
        CardStatus::Provisional => ("provisional", "待确认"),
        CardStatus::Blocked => ("blocked", "已冻结"),
        CardStatus::Closed => ("closed", "已注销"),
    }
}

fn one(out: &mut Out, card: &Card) -> Outcome {
    if out.json {
        out.json(&json!({"cards": [json::card(out, card)], "has_more": false}))?;
        return Ok(Ended::Well);
    }
    let money = card.balances.money;
    let points = card.balances.points;
    let three =
        |confirmed: String, expected: String, available: String| format!("{confirmed} / {expected} / {available}");
    out.pairs(vec![
        (("Card", "卡号"), out.number(card.number.as_str())),
        (("Name", "姓名"), card.holder.name.as_ref().map(|name| out.name(name)).unwrap_or_default()),
        (("Phone", "手机号"), card.holder.phone.as_ref().map(|phone| out.phone(phone)).unwrap_or_default()),
        (("Level", "等级"), card.level.clone().unwrap_or_default()),
        (("Status", "状态"), out.say(status(card.status)).to_owned()),
        (
            ("Money (confirmed / expected / available)", "余额（已确认 / 预计 / 可用）"),
            three(money.confirmed.to_string(), money.expected.to_string(), money.available.to_string()),
        ),
        (
            ("Points (confirmed / expected / available)", "积分（已确认 / 预计 / 可用）"),
            three(points.confirmed.to_string(), points.expected.to_string(), points.available.to_string()),
        ),
        (("Confirmed", "确认时间"), out.maybe_time(card.balances.as_of)),
        (("Owed", "欠款"), if card.owed.is_positive() { card.owed.to_string() } else { String::new() }),
        (("Held by", "等待业务"), card.held_by.as_ref().map(ToString::to_string).unwrap_or_default()),
        (
            ("On the exception list", "停用名单"),
            card.exception.as_ref().map(|_| out.say(("yes", "是")).to_owned()).unwrap_or_default(),
        ),
    ])?;
    Ok(Ended::Well)
}
