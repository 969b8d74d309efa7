// SPDX-License-Identifier: GPL-2.0-or-later
// The table of dialects: a row per version (section 1.1 of docs/translation.md).
#include "ocpp_s/dialect.h"

#include <iterator>

#include "ocpp/messages.h"

namespace ocpp_s {

namespace {

// In the order of ocpp::Version.
const Dialect rows[] = {
    {ocpp::Version::V12, "urn://Ocpp/Cs/2010/08/", "urn://Ocpp/Cp/2010/08/", {"cs12", "cp12"}},
    {ocpp::Version::V15, "urn://Ocpp/Cs/2012/06/", "urn://Ocpp/Cp/2012/06/", {"cs15", "cp15"}},
    {ocpp::Version::V16, "urn://Ocpp/Cs/2015/10/", "urn://Ocpp/Cp/2015/10/", {"cs16", "cp16"}},
};

// In the order of Addressing.
constexpr AddressingRow addressings[] = {
    {"http://www.w3.org/2005/08/addressing", "http://www.w3.org/2005/08/addressing/anonymous",
     "http://www.w3.org/2005/08/addressing/soap/fault"},
    {"http://schemas.xmlsoap.org/ws/2004/08/addressing",
     "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
     "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"},
    {"http://schemas.xmlsoap.org/ws/2004/03/addressing",
     "http://schemas.xmlsoap.org/ws/2004/03/addressing/role/anonymous",
     "http://schemas.xmlsoap.org/ws/2004/03/addressing/fault"},
    {"http://schemas.xmlsoap.org/ws/2003/03/addressing",
     "http://schemas.xmlsoap.org/ws/2003/03/addressing/role/anonymous",
     "http://schemas.xmlsoap.org/ws/2003/03/addressing/fault"},
};

enum Cell { none, cs, cp, both };
constexpr Cell cells[][3] = {
#define WIRE(name, in12, in15, in16) {in12, in15, in16},
#include "ocpp_s/wire.h"
#undef WIRE
};
constexpr std::string_view lines[] = {
#define WIRE(name, in12, in15, in16) ocpp::name::action,
#include "ocpp_s/wire.h"
#undef WIRE
};

constexpr bool linesFollowActions() {
  for (std::size_t i = 0; i < std::size(lines); ++i)
    if (lines[i] != ocpp::Actions::names[i]) return false;
  return true;
}
// Behind them stand the actions of the security extension, which OCPP-S does not have.
static_assert(linesFollowActions(), "wire.h is in the order of ocpp::Actions");

constexpr std::string_view suffixOf(ocpp::Half half) { return half == ocpp::Half::Request ? "Request" : "Response"; }
constexpr char lowerFirst(char c) { return static_cast<char>(c | 0x20); }  // of an action: a letter

}  // namespace

const Dialect& dialectFor(ocpp::Version version) { return rows[static_cast<std::size_t>(version)]; }

Dialect dialectFor(ocpp::Version version, const Manner& manner, Quirks quirks) {
  Dialect dialect = dialectFor(version);
  dialect.manner = manner;
  dialect.habits = quirks;
  if (quirks.has(Quirk::WriteSoap11)) dialect.manner.soap11 = true;
  if (quirks.has(Quirk::WriteOldAddressing)) dialect.manner.addressing = Addressing::Wsa200408;
  if (quirks.has(Quirk::PrefixesSA)) {
    dialect.prefixes[0] = "cs";
    dialect.prefixes[1] = "cp";
  }
  return dialect;
}

const AddressingRow& addressingRow(Addressing addressing) { return addressings[static_cast<std::size_t>(addressing)]; }

std::optional<Addressing> findAddressing(std::string_view ns) {
  for (std::size_t i = 0; i < std::size(addressings); ++i)
    if (addressings[i].ns == ns) return static_cast<Addressing>(i);
  return std::nullopt;
}

std::string_view serviceNamespace(const Dialect& dialect, ocpp::Role service) {
  return service == ocpp::Role::ChargePoint ? dialect.chargePoint : dialect.centralSystem;
}

std::string_view servicePrefix(const Dialect& dialect, ocpp::Role service) {
  return dialect.prefixes[service == ocpp::Role::ChargePoint ? 1 : 0];
}

std::optional<Service> findService(std::string_view ns) {
  const auto same = [&](std::string_view full) {
    return ns == full || ns == full.substr(0, full.size() - 1);  // G-3
  };
  for (const Dialect& row : rows) {
    if (same(row.centralSystem)) return Service{row.version, ocpp::Role::CentralSystem};
    if (same(row.chargePoint)) return Service{row.version, ocpp::Role::ChargePoint};
  }
  return std::nullopt;
}

bool offers(ocpp::Version version, ocpp::Role service, std::size_t action) {
  if (action >= std::size(cells)) return false;
  const Cell cell = cells[action][static_cast<std::size_t>(version)];
  return cell == both || cell == (service == ocpp::Role::ChargePoint ? cp : cs);
}

std::string wrapperName(std::size_t action, ocpp::Half half, std::string_view prefix) {
  std::string name(prefix);
  if (!name.empty()) name.push_back(':');
  const std::size_t first = name.size();
  name.append(ocpp::Actions::names[action]).append(suffixOf(half));
  name[first] = lowerFirst(name[first]);
  return name;
}

std::optional<std::size_t> findWrapper(std::string_view local, ocpp::Half half) {
  const std::string_view suffix = suffixOf(half);
  if (local.size() <= suffix.size() || local.substr(local.size() - suffix.size()) != suffix) return std::nullopt;
  local.remove_suffix(suffix.size());
  for (std::size_t i = 0; i < ocpp::actionCount; ++i) {
    const std::string_view name = ocpp::Actions::names[i];
    if (name.size() == local.size() && lowerFirst(name[0]) == local[0] && name.substr(1) == local.substr(1)) return i;
  }
  return std::nullopt;
}

std::string_view localName(std::string_view qualified) {
  const std::size_t colon = qualified.find(':');
  return colon == qualified.npos ? qualified : qualified.substr(colon + 1);
}

int httpStatus(const Dialect& dialect, const ocpp::Fault& fault) {
  if (dialect.habits.has(Quirk::Fault200)) return 200;
  if (dialect.habits.has(Quirk::Fault500) || dialect.manner.soap11) return 500;  // SOAP 1.1 knows no other status
  return ocpp::faultRow(fault.code).httpStatus;
}

namespace {

std::string contentType(const Dialect& dialect, std::string_view action) {
  if (dialect.manner.soap11) return "text/xml; charset=utf-8";
  std::string type = "application/soap+xml; charset=utf-8";
  if (!action.empty()) type.append("; action=\"").append(action).append("\"");
  return type;
}

}  // namespace

std::string requestContentType(const Dialect& dialect, std::string_view action) {
  return contentType(dialect, dialect.habits.has(Quirk::PlainContentType) ? std::string_view() : action);
}

std::string replyContentType(const Dialect& dialect, std::string_view action) {
  return contentType(dialect, dialect.habits.has(Quirk::ReplyAction) ? action : std::string_view());
}

}  // namespace ocpp_s
