// SPDX-License-Identifier: GPL-2.0-or-later
// Two columns of messages for a terminal.
#include "bridge/trace.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>

#include "ocpp/hidden.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

using Wire = TracedMessage::Wire;
using Way = TracedMessage::Way;

std::string_view local(std::string_view name) { return name.substr(name.find(':') + 1); }

pugi::xml_node bodyOf(const pugi::xml_document& document) {
  for (const pugi::xml_node part : document.document_element().children())
    if (local(part.name()) == "Body") return part.first_child();
  return document.document_element();
}

std::string readableSoap(const std::string& text) {
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size())) return text;
  std::ostringstream out;
  bodyOf(document).print(out, " ",
                         pugi::format_indent | pugi::format_no_declaration | pugi::format_no_empty_element_tags);
  return out.str();
}

/// A frame: on one line if it fits, else `[2,"id","Action",` and the payload, indented by one.
std::string readableJson(const std::string& text, std::size_t width) {
  const auto frame = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!frame.is_array() || frame.empty() || text.size() <= width) return text;
  std::string out = "[";
  for (std::size_t k = 0; k + 1 < frame.size(); ++k) out += frame[k].dump() + ",";
  const std::string payload = frame.back().dump();
  return out + (frame.size() > 1 ? "\n " : "") + (payload.size() < width ? payload : frame.back().dump(1)) + "]";
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const std::string plain = ocpp::shown(line);
    std::string_view rest = plain;
    do {
      const std::string_view head = ocpp::cutTo(rest, width);
      lines.emplace_back(head);
      rest.remove_prefix(head.size());
    } while (!rest.empty());
  }
  return lines;
}

std::string title(const TracedMessage* message) {
  if (!message) return "";
  const bool in = message->way == Way::In;
  if (message->wire == Wire::Soap) return (in ? "charger --> " : "charger <-- ") + message->action;
  return (in ? "<-- back-end " : "--> back-end ") + message->action;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t size = ocpp::codePoints(text);
  if (size < width) text.append(width - size, ' ');
  return text;
}

}  // namespace

std::vector<std::string> readableLines(const TracedMessage& message, std::size_t width) {
  const std::string text = redacted(message.text);
  return wrapped(message.wire == Wire::Soap ? readableSoap(text) : readableJson(text, width), width);
}

void Trace::printPair(std::string_view identity, const TracedMessage* left, const TracedMessage* right) {
  const std::size_t width = (columns_ - 3) / 2;
  std::vector<std::string> a = left ? readableLines(*left, width) : std::vector<std::string>{};
  std::vector<std::string> b = right ? readableLines(*right, width) : std::vector<std::string>{};
  std::string out = "\n" + padded("-- " + ocpp::shown(identity) + "  " + ocpp::shown(title(left)) + " ", width) +
                    " | " + ocpp::shown(title(right)) + "\n";
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
    out += padded(i < a.size() ? a[i] : "", width) + (i < b.size() ? " | " + b[i] : " |") + "\n";
  log_.block(std::move(out));
}

void Trace::flush(std::string_view identity) {
  if (messages_.empty()) return;
  std::vector<TracedMessage> all;
  all.swap(messages_);
  if (log_.format() == LogFormat::Json) {
    for (const TracedMessage& each : all) {
      const std::string event =
          std::string(each.wire == Wire::Soap ? "soap" : "json") + (each.way == Way::In ? "-in" : "-out");
      log_.line(Log::Level::Info, identity, event, each.text, {{"action", each.action}});
    }
    return;
  }
  // The first message of each wire belong together; whatever else the event caused stands alone, in its order.
  const auto first = [&](Wire wire) {
    return std::find_if(all.begin(), all.end(), [&](const TracedMessage& m) { return m.wire == wire; });
  };
  const auto soap = first(Wire::Soap), json = first(Wire::Json);
  printPair(identity, soap == all.end() ? nullptr : &*soap, json == all.end() ? nullptr : &*json);
  for (auto each = all.begin(); each != all.end(); ++each) {
    if (each == soap || each == json) continue;
    printPair(identity, each->wire == Wire::Soap ? &*each : nullptr, each->wire == Wire::Json ? &*each : nullptr);
  }
}

}  // namespace bridge
