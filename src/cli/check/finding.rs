//! What was looked at, and what came of it.

pub enum Verdict {
    Good,
    Warning,
    Fault,
}

pub struct Finding {
    pub verdict: Verdict,
    pub what: &'static str,
    pub text: String,
}

pub fn good(what: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Good, what, text: text.into() }
}

pub fn warning(what: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Warning, what, text: text.into() }
}

pub fn fault(what: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Fault, what, text: text.into() }
}
