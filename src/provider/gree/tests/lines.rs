//! The points history in this library's words.

use serde_json::json;

use super::*;
use crate::model::RecordKind;
use crate::provider::{Provider, RemoteHistory, Whom};

/// The history that these answers, one after another, come to; and how many were asked for.
fn read(since: Option<Timestamp>, answers: &[Value]) -> (Result<RemoteHistory, ReadFailure>, usize) {
    let number = card();
    let whom = Whom { number: &number, reference: Some(OPEN_ID), phone: None };
    let mut reading = gree().history(&whom, since).unwrap();
    let mut step = reading.step(None);
    let mut asked = 0;
    loop {
        match step {
            ReadStep::Ask(_) => {
                let body = answers[asked.min(answers.len() - 1)].to_string().into_bytes();
                asked += 1;
                step = reading.step(Some(&HttpResponse { status: 200, headers: Vec::new(), body }));
            }
            ReadStep::Done(findings) => return (Ok(findings.history.unwrap()), asked),
            ReadStep::Failed(failure) => return (Err(failure), asked),
        }
    }
}

fn page(rows: Value, total: i64) -> Value {
    json!({"success": true, "error_code": 200, "data": rows, "totalCount": total})
}

fn row(id: i64, amount: i64, time: &str) -> Value {
    json!({"id": id, "amount": amount, "desc": "消费增加积分 13800000001", "createTime": time, "updateTime": time})
}

#[test]
fn both_halves_are_put_together_in_the_order_of_their_time() {
    // The platform need not write a sign.
    let came = page(json!([row(3, 8, "2021-06-23 00:00:00"), row(1, 30, "2021-06-21 14:35:29")]), 2);
    let went = page(json!([row(2, 5, "2021-06-22 00:00:00")]), 1);
    let (history, asked) = read(None, &[came.clone(), went.clone()]);
    let history = history.unwrap();
    assert!(history.complete && asked == 2);
    let told: Vec<_> =
        history.lines.iter().map(|line| (line.id.as_str(), line.kind, line.points.unwrap().get())).collect();
    use RecordKind::{PointsIn, PointsOut};
    assert_eq!(told, [("score:1", PointsIn, 30), ("score:2", PointsOut, -5), ("score:3", PointsIn, 8)]);
    assert_eq!(history.lines[0].at.millis(), 1_624_257_329_000, "Beijing time");
    assert!(history.lines.iter().all(|line| line.note.is_none() && line.store.is_none()), "free text is not kept");
    let since = Timestamp::from_millis(1_624_280_000_000);
    assert_eq!(read(Some(since), &[came, went]).0.unwrap().lines.len(), 2);
}

#[test]
fn rows_without_numbers_are_known_by_what_they_say() {
    let bare = |amount: i64, desc: &str| json!({"amount": amount, "desc": desc, "createTime": "2021-06-21 14:35:29"});
    let came = page(json!([bare(5, "a"), bare(5, "b"), bare(6, "c")]), 3);
    let (history, _) = read(None, &[came, page(json!([]), 0)]);
    let ids: Vec<String> = history.unwrap().lines.into_iter().map(|line| line.id).collect();
    assert_eq!(ids, ["score:5@2021-06-21 14:35:29", "score:5@2021-06-21 14:35:29#2", "score:6@2021-06-21 14:35:29"]);
}

#[test]
fn what_can_not_be_understood_spoils_all_of_it() {
    let good = || page(json!([row(1, 30, "2021-06-21 14:35:29")]), 1);
    let cases = [
        vec![good(), page(json!([{"id": 2, "createTime": "2021-06-21 14:35:29"}]), 1)],
        vec![good(), page(json!([{"id": 2, "amount": 3}]), 1)],
        vec![good(), page(json!([row(2, 3, "yesterday")]), 1)],
        vec![good(), json!({"success": true, "data": "what"})],
        vec![good(), json!("what")],
        // The platform does not tell what came from what went.
        vec![good(), good()],
    ];
    for answers in cases {
        let (history, _) = read(None, &answers);
        assert!(matches!(history, Err(ReadFailure::Unusable(_) | ReadFailure::Garbled(_))), "{answers:?} {history:?}");
    }
}

#[test]
fn a_list_without_an_end_is_left_and_told() {
    let same = page(json!([row(1, 30, "2021-06-21 14:35:29")]), 99);
    let (history, asked) = read(None, &[same.clone(), same, page(json!([]), 0)]);
    let history = history.unwrap();
    assert_eq!((history.lines.len(), history.complete, asked), (1, false, 3));
}
