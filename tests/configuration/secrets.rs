//! Secrets: from the environment, never shown.

use std::process::Command;

use tillbook::Config;

use super::{example, read, secret_of};

/// Run again as a process of its own, whose environment has the secrets.
#[test]
fn the_example_is_read_with_its_secrets_in_the_environment() {
    const CHILD: &str = "TILLBOOK_TEST_CHILD";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/config.json");
    if std::env::var_os(CHILD).is_some() {
        let config = Config::from_file(file).unwrap();
        assert_eq!(config.sandy.as_ref().unwrap().token, "s3cr3t-SANDY_TOKEN");
        assert_eq!(config.sandy.unwrap().extra_headers, [("X-Gateway-Key".into(), "s3cr3t-GATEWAY_KEY".into())]);
        return;
    }
    let names = [
        "SANDY_TOKEN",
        "SANDY_GUID",
        "GATEWAY_KEY",
        "FREEMUD_TOKEN",
        "FREEMUD_KEY",
        "FREEMUD_PLATFORM_KEY",
        "GREE_SECRET",
        "YONYOU_SECRET",
        "TILLBOOK_CHAIN_KEY",
    ];
    for missing in [None, Some("GREE_SECRET")] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "secrets::the_example_is_read_with_its_secrets_in_the_environment"]).env(CHILD, "1");
        for name in names.iter().filter(|name| Some(**name) != missing) {
            child.env(name, secret_of(name).unwrap());
        }
        let output = child.output().unwrap();
        assert_eq!(output.status.success(), missing.is_none(), "{}", String::from_utf8_lossy(&output.stdout));
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if missing.is_some() {
            assert!(said.contains("gree.app_secret") && said.contains("GREE_SECRET"), "{said}");
        }
        assert!(!said.contains("s3cr3t-SANDY_GUID"), "{said}");
    }
}

#[test]
fn nothing_that_shows_a_configuration_shows_a_secret() {
    let mut config = read(&example()).unwrap();
    config.yonyou.as_mut().unwrap().base_url = "https://user:s3cr3t@u8.example.com/x?token=s3cr3t".into();
    let masked = config.masked();
    let shown =
        [format!("{config:?}"), format!("{config:#?}"), masked.to_string(), serde_json::to_string(&config).unwrap()];
    for shown in shown {
        assert!(
            !shown.contains("s3cr3t") && !shown.contains("PRIVATE KEY") && !shown.contains("PUBLIC KEY"),
            "{shown}"
        );
    }
    assert_eq!(masked["yonyou"]["base_url"], "https://u8.example.com/x");
    assert_eq!(masked["sandy"]["guid"], "***");
    assert_eq!(masked["sandy"]["extra_headers"], serde_json::json!([["X-Gateway-Key", "***"]]));
    assert_eq!(masked["policy"]["floor_limit"], 20_000);
    // A mask that finds its way back is told for what it is.
    let error = Config::from_json(&masked.to_string()).unwrap_err();
    assert!(error.to_string().ends_with("must be the secret itself, not its mask"), "{error}");
}
