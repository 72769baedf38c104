//! What `--stats` and the last message of `--json` say.

use std::time::Duration;

use grep_printer::Stats;

pub fn text(stats: &Stats, total: Duration) -> String {
    format!(
        "\n{} matches\n{} matched lines\n{} files contained matches\n{} files searched\n{} bytes printed\n{} bytes searched\n{:.6} seconds spent searching\n{:.6} seconds\n",
        stats.matches(),
        stats.matched_lines(),
        stats.searches_with_match(),
        stats.searches(),
        stats.bytes_printed(),
        stats.bytes_searched(),
        stats.elapsed().as_secs_f64(),
        total.as_secs_f64(),
    )
}

pub fn json(stats: &Stats, total: Duration) -> String {
    format!(
        "{{\"data\":{{\"elapsed_total\":{},\"stats\":{{\"bytes_printed\":{},\"bytes_searched\":{},\"elapsed\":{},\"matched_lines\":{},\"matches\":{},\"searches\":{},\"searches_with_match\":{}}}}},\"type\":\"summary\"}}\n",
        duration(total),
        stats.bytes_printed(),
        stats.bytes_searched(),
        duration(stats.elapsed()),
        stats.matched_lines(),
        stats.matches(),
        stats.searches(),
        stats.searches_with_match(),
    )
}

fn duration(time: Duration) -> String {
    format!("{{\"human\":\"{:.6}s\",\"nanos\":{},\"secs\":{}}}", time.as_secs_f64(), time.subsec_nanos(), time.as_secs())
}
