//! The offline policies that were in force at this till.

use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::{Tx, View, from_json, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{NoticeKind, OfflinePolicy, PolicyVersion};

/// Under this key the book keeps the configured policy as it was last seen.
const CONFIGURED: &str = "configured_policy";

/// As whose policy a configured one is recorded.
const CONFIGURATION: &str = "configuration";

/// The policy that a configuration gave, and for whom: another merchant's configuration is another one.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Configured {
    merchant: String,
    policy: OfflinePolicy,
}

const VERSION: &str = "SELECT version, body, who, why, set_at FROM policy";

fn version(row: &Row<'_>) -> rusqlite::Result<PolicyVersion> {
    Ok(PolicyVersion {
        version: row.get(0)?,
        policy: from_json(row.get_ref(1)?.as_str()?)?,
        who: row.get(2)?,
        why: row.get(3)?,
        set_at: Timestamp::from_millis(row.get(4)?),
    })
}

impl View<'_> {
    /// The newest policy.
    pub(crate) fn newest_policy(&self) -> Result<Option<PolicyVersion>> {
        let mut statement = self.conn.prepare(&[VERSION, " ORDER BY version DESC LIMIT 1"].concat())?;
        Ok(statement.query_row([], version).optional()?)
    }

    /// All of them, the newest first.
    pub(crate) fn policies(&self) -> Result<Vec<PolicyVersion>> {
        let mut statement = self.conn.prepare(&[VERSION, " ORDER BY version DESC"].concat())?;
        let rows = statement.query_map([], version)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The policy in force, if the configuration has not been given another one since the book was last opened.
    pub(crate) fn policy_as_configured(&self, merchant: &str, policy: &OfflinePolicy) -> Result<Option<PolicyVersion>> {
        // What can't be read back any more is not what is configured.
        let seen = self.book(CONFIGURED)?.and_then(|json| serde_json::from_str::<Configured>(&json).ok());
        let seen = seen.filter(|_| !mutated!(RestartResetsPolicy));
        let same = seen.is_some_and(|seen| seen.merchant == merchant && seen.policy == *policy);
        if same { self.newest_policy() } else { Ok(None) }
    }

    /// Whether a notification of this kind was ever written whose text begins so.
    pub(crate) fn has_had_notice_beginning(&self, kind: NoticeKind, text: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM notice WHERE kind = ?1 AND substr(detail, 1, length(?2)) = ?2)";
        Ok(self.conn.prepare(sql)?.query_row((kind.as_str(), text), |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// The configuration has been given a policy that this book has not seen: it is in force from now on.
    pub(crate) fn configure_policy(
        &self,
        merchant: &str,
        policy: &OfflinePolicy,
        at: Timestamp,
    ) -> Result<PolicyVersion> {
        let configured = Configured { merchant: merchant.to_owned(), policy: policy.clone() };
        self.set_book(CONFIGURED, &to_json(&configured)?)?;
        // One of these figures that can't be read is a newer release's: it is replaced as any other.
        match self.newest_policy().ok().flatten() {
            Some(newest) if newest.policy == *policy => Ok(newest),
            _ => self.insert_policy(policy, CONFIGURATION, None, at),
        }
    }

    /// Another policy is in force from now on.
    pub(crate) fn insert_policy(
        &self,
        policy: &OfflinePolicy,
        who: &str,
        why: Option<&str>,
        at: Timestamp,
    ) -> Result<PolicyVersion> {
        self.conn.execute(
            "INSERT INTO policy (body, who, why, set_at) VALUES (?1, ?2, ?3, ?4)",
            (to_json(policy)?, who, why, at.millis()),
        )?;
        let (version, who, why) = (self.conn.last_insert_rowid(), Some(who.to_owned()), why.map(str::to_owned));
        Ok(PolicyVersion { version, policy: policy.clone(), who, why, set_at: at })
    }
}
