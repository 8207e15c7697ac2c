//! The order of a conversation: the bundle's, kept over many bundles.

/// What is known already, with what a bundle brings put where the bundle has it: before the next of its dispatches
/// that is known, or at the end.
pub fn merged(known: &[String], bundle: &[String]) -> Vec<String> {
    let mut order: Vec<String> = known.to_vec();
    // From the last on, so that the next one is always placed.
    let mut before: Option<usize> = None;
    for name in bundle.iter().rev() {
        let known = order.iter().position(|other| other == name);
        let at = known.or(before).unwrap_or(order.len());
        if known.is_none() {
            order.insert(at, name.clone());
        }
        before = Some(at);
    }
    order
}

/// The lines of `order.txt` that can be names, each once.
pub fn parse(text: &str) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if seen.insert(line) {
            order.push(line.to_owned());
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(known: &str, bundle: &str) -> String {
        let split = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        merged(&split(known), &split(bundle)).concat()
    }

    #[test]
    fn what_a_bundle_brings_stands_where_the_bundle_has_it() {
        for (known, bundle, order) in [
            ("", "abc", "abc"),
            ("abc", "", "abc"),
            ("abc", "de", "abcde"),
            ("abc", "abcd", "abcd"),
            ("bc", "abc", "abc"),
            ("ad", "abcd", "abcd"),
            ("ad", "bd", "abd"),
            ("ad", "ab", "adb"),
            ("abc", "cba", "abc"),
            ("ac", "xaycz", "xaycz"),
        ] {
            assert_eq!(merge(known, bundle), order, "{known} {bundle}");
            // The same bundle once more changes nothing.
            assert_eq!(merge(order, bundle), order);
        }
    }

    #[test]
    fn a_name_that_stands_twice_counts_once() {
        assert_eq!(parse("a\r\n\nb\na\n"), ["a", "b"]);
    }
}
