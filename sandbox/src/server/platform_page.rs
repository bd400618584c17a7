//! The page's part for Gree, Freemud and Yonyou: configuration, and lines to paste into a shell.

use std::net::SocketAddr;

use super::control;
use super::page::{curl, section};
use super::shared::Shared;
use crate::freemud::{self, Freemud, PrivateKey, PublicKey, TEST_CLIENT_PUBLIC_KEY_PEM, TEST_PLATFORM_KEY_PEM};
use crate::gree::{self, Gree};
use crate::yonyou::{self, Yonyou};
use crate::{Request, System};

pub(super) fn text(shared: &Shared, address: SocketAddr) -> String {
    let now_ms = shared.clock.now_ms();
    let page = Page { address, now_ms };
    shared.gree.with(|gree| page.of_gree(gree))
        + &shared.freemud.with(|freemud| page.of_freemud(freemud))
        + &shared.yonyou.with(|yonyou| page.of_yonyou(yonyou))
}

struct Page {
    address: SocketAddr,
    now_ms: i64,
}

impl Page {
    fn of_gree(&self, gree: &Gree) -> String {
        let settings = gree.settings();
        let events: Vec<&str> = settings.events.keys().map(String::as_str).collect();
        let mut page = format!(
            "\n== Gree: configuration ==\nbase URL: http://{}\napp_id: {}\napp_secret: {}\nchange events: {}\n",
            self.address,
            settings.app_id,
            settings.app_secret,
            events.join(", "),
        );
        page += &format!("calls for faults: {}\n", gree::Endpoint::ALL.map(gree::Endpoint::name).join(", "));
        // A line for a call would need a token, and a new one ends those that tills have.
        let free = |phone: &str| gree.member(phone).is_none();
        let phone = (13_600_000_001_u64..).map(|n| n.to_string()).find(|phone| free(phone)).unwrap_or_default();
        page += &self.control(
            System::Gree,
            "Add a member with points",
            "member",
            &format!(r#"{{"phone":"{phone}","name":"张三","points":50}}"#),
        );
        page += &self.control(
            System::Gree,
            "Change a member's points elsewhere",
            "points",
            &format!(r#"{{"member":"{phone}","change":-5}}"#),
        );
        page + &self.looks(System::Gree)
    }

    fn of_freemud(&self, freemud: &Freemud) -> String {
        let settings = freemud.settings();
        let client_key = match &settings.client_key {
            None => "not needed",
            Some(key) if Ok(key) == PublicKey::from_pem(TEST_CLIENT_PUBLIC_KEY_PEM).as_ref() => {
                "sandbox/src/freemud/keys/test-client-private.pem"
            }
            Some(_) => "the private key to client_key in the settings",
        };
        let platform_key = match &settings.platform_key {
            None => "none, answers are not signed",
            Some(key) if Ok(key) == PrivateKey::from_pem(TEST_PLATFORM_KEY_PEM).as_ref() => {
                "sandbox/src/freemud/keys/test-platform-public.pem"
            }
            Some(_) => "the public key to platform_key in the settings",
        };
        let skip = settings.allow_skip || settings.client_key.is_none();
        let mut page = format!(
            "\n== Freemud: configuration ==\nbase URL: http://{}\nappId: {}\npartnerId: {}\naccess_token: {}\n\
             the client's private key: {client_key}\nthe platform's public key: {platform_key}\n\
             the signature skip is taken: {skip}\n",
            self.address, settings.app_id, settings.partner_id, settings.access_token,
        );
        page += &format!("calls for faults: {}\n", freemud::Endpoint::ALL.map(freemud::Endpoint::name).join(", "));
        let taken = |mobile: &str| freemud.member_by_mobile(mobile).is_some();
        let mobile = (13_700_000_001_u64..).map(|n| n.to_string()).find(|mobile| !taken(mobile)).unwrap_or_default();
        page += &self.control(
            System::Freemud,
            "Add a member with points",
            "member",
            &format!(r#"{{"mobile":"{mobile}","name":"张三","points":50}}"#),
        );
        page += &self.control(
            System::Freemud,
            "What the platform would push of the ledger's first line (memberId instead of seq: of a member)",
            "push",
            r#"{"seq":1}"#,
        );
        if skip {
            let body = format!(r#"{{"partnerId":"{}","mobile":"{mobile}","showScoreSwitch":1}}"#, settings.partner_id);
            let request =
                freemud::request(settings, None, "getMemberInfoByIdOrMobile", &format!("page-{mobile}"), &body);
            page += &self.api("One member (x-transaction-id is to be another each time)", &request);
        }
        page + &self.looks(System::Freemud)
    }

    fn of_yonyou(&self, yonyou: &mut Yonyou) -> String {
        let settings = yonyou.settings().clone();
        let mut page = format!(
            "\n== Yonyou: configuration ==\nbase URL: http://{}\nfrom_account: {}\nto_account: {}\napp_key: {}\n\
             app_secret: {}\npath for changes of points: {}\n",
            self.address,
            settings.from_account,
            settings.to_account,
            settings.app_key,
            settings.app_secret,
            settings.path,
        );
        page += &format!("calls for faults: {}\n", yonyou::Endpoint::ALL.map(yonyou::Endpoint::name).join(", "));
        let mid = (1_u32..).map(|n| format!("page{n}")).find(|mid| yonyou.points(mid).is_none()).unwrap_or_default();
        page += &self.control(
            System::Yonyou,
            "Add a member with points",
            "member",
            &format!(r#"{{"mid":"{mid}","points":50}}"#),
        );
        page += &self.api("A token", &yonyou::token_request(&settings));
        let body = format!(
            r#"[{{"mid":"{mid}","action_type":"5","ori_money":"100","calc_money":"100","ori_points":"0","source_code":"{mid}-1"}}]"#
        );
        // A new token would end those that tills have.
        if !settings.one_token {
            let token = yonyou.office(self.now_ms, "page").issue_token();
            page += &self.api("Points for 100 yuan", &yonyou::change_request(&settings, &token, &body));
        }
        page + &self.looks(System::Yonyou)
    }

    fn looks(&self, system: System) -> String {
        let look = |title, name| section(title, &curl(&[], "GET", &self.control_url(system, name), ""));
        look("Members and settings (POST settings changes those that are named)", "state")
            + &look("Every write that took effect", "ledger")
    }

    fn control(&self, system: System, title: &str, name: &str, body: &str) -> String {
        section(title, &curl(&[], "POST", &self.control_url(system, name), body))
    }

    fn control_url(&self, system: System, name: &str) -> String {
        format!("http://{}{}{}/{name}", self.address, control::PREFIX, system.name())
    }

    fn api(&self, title: &str, request: &Request) -> String {
        let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let url = format!("http://{}{}", self.address, request.path);
        section(title, &curl(&headers, &request.method, &url, &String::from_utf8_lossy(&request.body)))
    }
}
