// SPDX-License-Identifier: GPL-2.0-or-later
// How messages are shown, logged and compared.
#include "tests/tools/common/message.h"

#include <algorithm>

namespace tool {

namespace {

constexpr const char* kinds[] = {"request", "response", "fault", "trouble"};

bool oneOf(const std::string& seen, const std::string& words) {
  std::size_t begin = 0;
  while (true) {
    const std::size_t bar = words.find('|', begin);
    if (words.compare(begin, bar == std::string::npos ? bar : bar - begin, seen) == 0) return true;
    if (bar == std::string::npos) return false;
    begin = bar + 1;
  }
}

bool listMatches(const Json& seen, const Json& wanted, std::string& where) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool found = std::any_of(seen.begin(), seen.end(), [&](const Json& each) {
      std::string ignored;
      return matches(each, wanted[i], ignored);
    });
    if (found) continue;
    where += "/" + std::to_string(i);
    return false;
  }
  return true;
}

std::string textOf(const Json& json) { return json.is_string() ? json.get<std::string>() : compact(json); }

bool near(const std::string& seen, const std::string& wanted) {
  const auto a = ocpp::parseDateTime(seen), b = ocpp::parseDateTime(wanted);
  return a && b && std::chrono::abs(a->at - b->at) <= std::chrono::minutes(1);
}

/// Patterns that begin with a sign; nothing if `wanted` is none of them.
std::optional<bool> signMatches(const Json& seen, const std::string& wanted) {
  const std::string rest = wanted.substr(std::min<std::size_t>(wanted.size(), 1));
  switch (wanted.empty() ? '\0' : wanted.front()) {
    case '*': return rest.empty() ? std::optional(!seen.is_null()) : std::nullopt;
    case '!': return !seen.is_null() && textOf(seen) != rest;
    case '>': return seen.is_number() && seen.get<double>() > std::strtod(rest.c_str(), nullptr);
    case '~': return seen.is_string() && near(seen, rest);
    default: return std::nullopt;
  }
}

}  // namespace

std::string compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool matches(const Json& seen, const Json& wanted, std::string& where) {
  if (wanted.is_string())
    if (const auto known = signMatches(seen, wanted)) return *known;
  if (wanted.is_object()) {
    if (!seen.is_object()) return false;
    for (const auto& [key, value] : wanted.items()) {
      const std::string before = where;
      where += "/" + key;
      if (!seen.contains(key) || !matches(seen[key], value, where)) return false;
      where = before;
    }
    return true;
  }
  if (wanted.is_array()) return seen.is_array() && listMatches(seen, wanted, where);
  if (wanted.is_string() && seen.is_string())
    return oneOf(seen.get_ref<const std::string&>(), wanted.get_ref<const std::string&>());
  return seen == wanted;
}

std::string oneLine(const Message& m, ocpp::Role we) {
  const bool fromCharger = m.incoming == (we == ocpp::Role::CentralSystem);
  std::string out = (m.charger.empty() ? "?" : m.charger) + (fromCharger ? " > " : " < ");
  out += m.action.empty() ? "?" : m.action;
  switch (m.kind) {
    case Message::Kind::Request: out += " " + compact(m.payload); break;
    case Message::Kind::Response: out += ".conf " + compact(m.payload); break;
    case Message::Kind::Fault: out += " fault " + m.text; break;
    case Message::Kind::Trouble: out += " trouble: " + m.text; break;
  }
  if (!m.injected.empty()) out += " [injected: " + m.injected + "]";
  for (const std::string& note : m.notes) out += " [" + note + "]";
  return out;
}

Json logEntry(const Message& m, bool raw) {
  Json out{{"time", ocpp::formatDateTime(m.at, ocpp::Fraction::Three)},
           {"direction", m.incoming ? "in" : "out"},
           {"kind", kinds[static_cast<std::size_t>(m.kind)]},
           {"charger", m.charger}};
  if (m.version) out["version"] = ocpp::name(*m.version);
  if (!m.action.empty()) out["action"] = m.action;
  if (!m.messageId.empty()) out["messageId"] = m.messageId;
  if (!m.relatesTo.empty()) out["relatesTo"] = m.relatesTo;
  if (m.http != 0) out["http"] = m.http;
  if (m.kind == Message::Kind::Request || m.kind == Message::Kind::Response) out["payload"] = m.payload;
  if (!m.text.empty()) out["text"] = m.text;
  if (!m.injected.empty()) out["injected"] = m.injected;
  if (!m.notes.empty()) out["notes"] = m.notes;
  if (raw && !m.xml.empty()) out["xml"] = m.xml;
  return out;
}

std::string faultText(const ocpp::Fault& fault) {
  const ocpp::FaultRow& row = ocpp::faultRow(fault.code);
  return std::string(row.soapSubcode.empty() ? row.jsonCode : row.soapSubcode) + ": " + fault.description;
}

}  // namespace tool
