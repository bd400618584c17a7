//! No exported function does anything outside its guard.

use std::collections::BTreeMap;

use super::made::{Declarations, here, made, name_of};

/// What the whole body of an exported function may be a call of. The others are looked into: they have to begin so
/// themselves.
const GUARDS: [&str; 4] = ["guard", "guarded", "shielded", "constant"];

#[test]
fn the_whole_body_of_each_exported_function_is_a_guard() {
    let mut functions = BTreeMap::new();
    for file in std::fs::read_dir(here().join("src")).expect("src is there") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("it is text");
        for item in syn::parse_file(&text).expect("it is Rust").items {
            if let syn::Item::Fn(function) = item {
                functions.insert(function.sig.ident.to_string(), function);
            }
        }
    }
    let exported: Vec<&syn::ItemFn> = functions.values().filter(|function| is_exported(function)).collect();
    let declared: Vec<String> = Declarations::of(&made()).functions.iter().map(|f| name_of(f)).collect();
    assert_eq!(exported.len(), declared.len(), "each is in the header");
    for function in exported {
        let name = function.sig.ident.to_string();
        assert!(declared.contains(&name), "{name} is in the header");
        assert!(function.sig.abi.is_some(), "{name} is extern \"C\"");
        assert!(is_guarded(function, &functions, 0), "{name} does something outside its guard");
    }
}

fn is_exported(function: &syn::ItemFn) -> bool {
    function.attrs.iter().any(|attribute| {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        attribute.path().is_ident("unsafe") && tokens == "no_mangle"
    })
}

fn is_guarded(function: &syn::ItemFn, all: &BTreeMap<String, syn::ItemFn>, depth: u32) -> bool {
    let [syn::Stmt::Expr(syn::Expr::Call(call), None)] = function.block.stmts.as_slice() else { return false };
    let syn::Expr::Path(callee) = call.func.as_ref() else { return false };
    let Some(name) = callee.path.segments.last().map(|segment| segment.ident.to_string()) else { return false };
    GUARDS.contains(&name.as_str())
        || depth < 2 && all.get(&name).is_some_and(|inner| is_guarded(inner, all, depth + 1))
}

#[test]
fn a_function_that_works_before_its_guard_is_found_out() {
    let all = BTreeMap::new();
    let guarded = |text: &str| is_guarded(&syn::parse_str(text).expect("it is Rust"), &all, 0);
    assert!(guarded("fn f() -> i32 { guard(err, || Ok(())) }"));
    assert!(!guarded("fn f() -> i32 { let till = till_of(till); guard(err, || Ok(())) }"));
    assert!(!guarded("fn f() -> i32 { 0 }"));
    assert!(!guarded("fn f() -> i32 { helper() }"));
}
