//! Any bytes before the first request: a circuit or none, and nothing of the request is taken.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sourdine::base::circuit::Circuit;
use sourdine::web::proxy::{parse, read};

fuzz_target!(|data: &[u8]| {
    let mut left = data;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let circuit = runtime.block_on(read(&mut left)).ok();
    let taken = &data[..data.len() - left.len()];
    assert!(taken.len() <= 108);
    // What is read one byte at a time is what the whole line says.
    assert_eq!(circuit, parse(taken).filter(|_| taken.ends_with(b"\r\n")));
    if let Some(Circuit::Tor(number)) = circuit {
        let text = std::str::from_utf8(taken).unwrap();
        assert!(text.starts_with("PROXY TCP6 fc00:dead:beef:4dad:"), "{text}");
        assert!(taken.len() <= 107 && number <= u32::MAX);
    }
});
