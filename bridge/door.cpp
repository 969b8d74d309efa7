// SPDX-License-Identifier: GPL-2.0-or-later
// The words for mistakes at the door.
#include "bridge/door.h"

namespace bridge {

namespace {

struct Row {
  const char* name;
  const char* text;
};
// In the order of DoorMistake.
constexpr std::array<Row, doorMistakes> rows{{
    {"not-found", "nothing is at that path (404)"},
    {"method", "that method is not for that path (405)"},
    {"bad-request", "no readable HTTP request (400)"},
    {"slow", "a header or body did not come in time (408)"},
    {"large-body", "the body is larger than --max-body, or grows too much when decompressed (413)"},
    {"coding", "a Content-Encoding or attachment that is not read (415)"},
    {"large-header", "the header is larger than --max-header or has too many fields (431)"},
    {"crowded", "too many connections or unfinished requests (503)"},
    {"plain-on-tls", "HTTP without TLS came to the port with TLS"},
    {"tls-on-plain", "TLS came to the port without TLS"},
    {"tls-handshake", "the TLS handshake came to nothing"},
}};

}  // namespace

void Door::tell(DoorMistake what, std::string_view peer) {
  const auto place = static_cast<std::size_t>(what);
  ++counts_[place];
  const Row& row = rows[place];
  log_.line(Log::Level::Warning, "", "door", row.text, {{"what", row.name}, {"peer", peer}});
}

nlohmann::ordered_json Door::report() const {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < doorMistakes; ++i)
    if (counts_[i] != 0) out[rows[i].name] = counts_[i];
  return out;
}

}  // namespace bridge
