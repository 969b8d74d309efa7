// SPDX-License-Identifier: GPL-2.0-or-later
// A glance at an envelope: searches for names, follows nothing.
#include "ocpp_s/peek.h"

#include "ocpp/text.h"
#include "ocpp_s/dialect.h"

namespace ocpp_s {

namespace {

struct Tag {
  std::string_view name;                     // qualified
  std::size_t end = std::string_view::npos;  // behind its '>'
};

// The next start tag at or behind `from`.
Tag nextTag(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('<', from); at != text.npos; at = text.find('<', at + 1)) {
    const std::size_t end = text.find('>', at);
    if (end == text.npos) return {};
    if (at + 1 < end && text[at + 1] != '/' && text[at + 1] != '!' && text[at + 1] != '?') {
      const std::string_view inside = text.substr(at + 1, end - at - 1);
      return {inside.substr(0, inside.find_first_of(" \t\r\n/")), end + 1};
    }
  }
  return {};
}

// The start tag of that local name, in any case.
Tag findTag(std::string_view text, std::string_view local) {
  Tag tag = nextTag(text, 0);
  while (!tag.name.empty() && !ocpp::equalFold(localName(tag.name), local)) tag = nextTag(text, tag.end);
  return tag;
}

std::string_view textOf(std::string_view document, const Tag& tag) {
  if (tag.name.empty()) return {};
  const std::string_view rest = document.substr(tag.end);
  const std::size_t end = rest.find('<');
  return end == rest.npos ? std::string_view() : ocpp::trimmed(rest.substr(0, end));
}

std::optional<ocpp::Version> versionIn(std::string_view text) {
  for (std::size_t at = text.find("urn://Ocpp/"); at != text.npos; at = text.find("urn://Ocpp/", at + 1)) {
    const std::string_view rest = text.substr(at);
    if (const auto service = findService(rest.substr(0, rest.find_first_of("\"'")))) return service->version;
  }
  return std::nullopt;
}

}  // namespace

Glance peek(std::string_view document) {
  Glance seen;
  const Tag identity = findTag(document, "chargeBoxIdentity");
  seen.chargeBoxIdentity = textOf(document, identity);
  const Tag body = findTag(document, "Body");
  if (body.name.empty()) return seen;
  seen.operation = localName(nextTag(document, body.end).name);
  seen.version = versionIn(document.substr(body.end));
  if (!seen.version) seen.version = versionIn(document);
  return seen;
}

std::string_view textIn(std::string_view document, std::string_view local) {
  const Tag body = findTag(document, "Body");
  if (body.name.empty()) return {};
  document.remove_prefix(body.end);
  return textOf(document, findTag(document, local));
}

}  // namespace ocpp_s
