//! Share links: `#1` and then the whole scenario as base64url of raw deflate of JSON. The leading
//! digit is the version of the format. A link is untrusted: everything about it is bounded.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::{deflate, inflate};
use serde::{Deserialize, Serialize};

use crate::scenario::{NEWEST, OLDEST, Scenario, runner};

/// What a link may unpack to.
pub(crate) const LIMIT: usize = 1024 * 1024;
/// Links longer than this are cut by some mail programs, chats and proxies.
pub(crate) const LONG: usize = 8_000;
/// Deflate never packs tighter than 1:1032, and base64 takes 4 characters for 3 bytes.
const LONGEST: usize = 2 * LIMIT;

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Shared {
    migration: String,
    schema: String,
    postgres: u8,
    runner: String,
    step: usize,
}

impl Default for Shared {
    fn default() -> Self {
        Shared {
            migration: String::new(),
            schema: String::new(),
            postgres: NEWEST,
            runner: runner("").id.into(),
            step: 1,
        }
    }
}

#[derive(Debug, PartialEq)]
pub(crate) enum Broken {
    Version(char),
    Cut,
    TooLarge,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Broken::Version(it) => write!(
                f,
                "This link is of format {it}, which this version of Lockstep does not know. Open it with a newer version."
            ),
            Broken::Cut => f.write_str(
                "This link is incomplete or damaged, so its migration cannot be shown. Copy the whole link again; \
                 some mail and chat programs cut long ones.",
            ),
            Broken::TooLarge => f.write_str(
                "This link unpacks to more than 1 MiB and is not opened. Send the migration as a file instead.",
            ),
        }
    }
}

/// The fragment for a scenario, with its `#`; `None` where it is too large for a link.
pub(crate) fn encode(scenario: &Scenario, step: usize) -> Option<String> {
    if scenario.migration.len() + scenario.schema.len() > LIMIT {
        return None;
    }
    let shared = Shared {
        migration: scenario.migration.to_string(),
        schema: scenario.schema.to_string(),
        postgres: scenario.postgres,
        runner: scenario.runner.to_string(),
        step,
    };
    let json = serde_json::to_vec(&shared).ok()?;
    if json.len() > LIMIT {
        return None;
    }
    Some(format!("#1{}", URL_SAFE_NO_PAD.encode(deflate::compress_to_vec(&json, 9))))
}

/// What a fragment says; `None` where it is no share link at all.
pub(crate) fn decode(fragment: &str) -> Option<Result<(Scenario, usize), Broken>> {
    let text = fragment.strip_prefix('#').unwrap_or(fragment);
    let version = text.chars().next()?;
    if version != '1' {
        return version.is_ascii_digit().then_some(Err(Broken::Version(version)));
    }
    Some(unpack(&text[1..]))
}

fn unpack(text: &str) -> Result<(Scenario, usize), Broken> {
    if text.len() > LONGEST {
        return Err(Broken::TooLarge);
    }
    let packed = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| Broken::Cut)?;
    let json = inflate::decompress_to_vec_with_limit(&packed, LIMIT).map_err(|error| match error.status {
        inflate::TINFLStatus::HasMoreOutput => Broken::TooLarge,
        _ => Broken::Cut,
    })?;
    let shared: Shared = serde_json::from_slice(&json).map_err(|_| Broken::Cut)?;
    let scenario = Scenario {
        migration: shared.migration.into(),
        schema: shared.schema.into(),
        postgres: if (OLDEST..=NEWEST).contains(&shared.postgres) { shared.postgres } else { NEWEST },
        runner: runner(&shared.runner).id.into(),
    };
    Ok((scenario, shared.step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario() -> Scenario {
        Scenario {
            migration: "ALTER TABLE \"Übung\" ADD COLUMN x int; -- 🐘".into(),
            schema: "CREATE TABLE \"Übung\" (id int);".into(),
            postgres: 15,
            runner: "alembic".into(),
        }
    }

    #[test]
    fn a_link_brings_back_the_whole_scenario() {
        let link = encode(&scenario(), 3).unwrap();
        assert!(
            link.starts_with("#1") && link[1..].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(decode(&link), Some(Ok((scenario(), 3))));
    }

    #[test]
    fn a_cut_link_says_so() {
        let link = encode(&scenario(), 3).unwrap();
        for end in 2..link.len() - 1 {
            assert_eq!(decode(&link[..end]), Some(Err(Broken::Cut)), "{}", &link[..end]);
        }
        assert_eq!(decode("#1!!!"), Some(Err(Broken::Cut)));
    }

    #[test]
    fn a_link_of_another_version_or_none_is_told_apart() {
        assert_eq!(decode("#2abc"), Some(Err(Broken::Version('2'))));
        assert_eq!(decode("#help"), None);
        assert_eq!(decode(""), None);
    }

    #[test]
    fn a_deflate_bomb_is_not_unpacked() {
        let bomb = deflate::compress_to_vec(&vec![b' '; 64 * LIMIT], 9);
        assert_eq!(decode(&format!("#1{}", URL_SAFE_NO_PAD.encode(bomb))), Some(Err(Broken::TooLarge)));
        assert_eq!(decode(&format!("#1{}", "A".repeat(LONGEST + 1))), Some(Err(Broken::TooLarge)));
    }

    #[test]
    fn an_unknown_version_or_runner_falls_back() {
        let odd = Scenario { postgres: 99, runner: "<script>".into(), ..scenario() };
        let (read, _) = decode(&encode(&odd, 1).unwrap()).unwrap().unwrap();
        assert_eq!((read.postgres, read.runner.as_str()), (NEWEST, "psql"));
    }

    #[test]
    fn a_text_too_large_for_a_link_gives_none() {
        let large = Scenario { migration: "x".repeat(LIMIT + 1).into(), ..scenario() };
        assert_eq!(encode(&large, 1), None);
    }
}
