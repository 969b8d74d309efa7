// SPDX-License-Identifier: GPL-2.0-or-later
// Grants, counts and applies the quirks of one charger.
#include "bridge/charger_quirks.h"

#include <algorithm>
#include <variant>

#include "bridge/options.h"
#include "bridge/random_id.h"
#include "ocpp/text.h"

namespace bridge {

using ocpp_s::Quirk;

const ocpp_s::Profile* profileNamed(const std::string& name) {
  if (name == "auto") return nullptr;
  const ocpp_s::Profile* found = ocpp_s::findProfile(name);
  if (!found) throw BadConfiguration("'" + name + "' is none of auto, " + ocpp_s::profileNames());
  return found;
}

void ChargerQuirks::choose(const QuirkChoice& choice) {
  const bool another = choice.profile != choice_.profile || !(choice.on == choice_.on) || !(choice.off == choice_.off);
  if (another) dropped_ = {};
  if (another && !choice.profile) looked_ = false;  // its next message is looked at again
  choice_ = choice;
  settle();
}

void ChargerQuirks::settle() {
  profile_ = choice_.profile ? choice_.profile : recognised_ ? recognised_ : &ocpp_s::standardProfile();
  quirks_ = (profile_->quirks() | choice_.on).without(choice_.off).without(dropped_);
}

void ChargerQuirks::drop(Quirk quirk) {
  dropped_.set(quirk, true);
  settle();
}

bool ChargerQuirks::recognise(const ocpp_s::Clues& clues) {
  looked_ = true;
  const ocpp_s::Profile* found = ocpp_s::recognise(clues);
  if (!found || found == recognised_) return false;
  recognised_ = found;
  settle();
  return true;
}

namespace {

/// 1, 10, 100, ...
bool isRound(std::uint32_t count) {
  while (count % 10 == 0 && count != 0) count /= 10;
  return count == 1;
}

}  // namespace

std::string ChargerQuirks::count(const ocpp_s::Notes& notes) {
  constexpr std::size_t mostShown = 16;  // a line of the log is no place for more
  std::string text;
  std::size_t shown = 0;
  for (const ocpp_s::Note& note : notes) {
    const ocpp_s::QuirkRow& row = ocpp_s::quirkRow(note.quirk);
    std::uint32_t& seen = counts_[static_cast<std::size_t>(note.quirk)];
    if (seen != UINT32_MAX) ++seen;
    if ((!row.loses && !isRound(seen)) || ++shown > mostShown) continue;
    text.append(text.empty() ? "" : "; ").append(row.name).append(" ").append(note.path).append(" ").append(note.text);
    if (!row.loses && seen > 1) text.append(" (").append(std::to_string(seen)).append(" times)");
  }
  if (shown > mostShown) text.append("; and ").append(std::to_string(shown - mostShown)).append(" more");
  return text;
}

namespace {

/// `x;TAG` and `TAG;NULL` of payment terminals -> TAG.
std::string withoutSuffix(std::string tag) {
  constexpr std::string_view null = ";NULL";
  if (tag.size() > null.size() && ocpp::equalFold(std::string_view(tag).substr(tag.size() - null.size()), null))
    tag.erase(tag.size() - null.size());
  return tag.substr(tag.rfind(';') + 1);
}

void rewriteTag(ocpp_s::RequestMessage& message, ocpp_s::Quirks quirks, ocpp::IdToken& tag) {
  const auto put = [&](Quirk quirk, const std::string& text) {
    if (text == tag || text.empty()) return;
    message.notes.push_back({quirk, "/idTag", "'" + std::string(tag) + "' is passed on as '" + text + "'"});
    tag = ocpp::IdToken(text);
  };
  if (quirks.has(Quirk::TagSuffix)) put(Quirk::TagSuffix, withoutSuffix(tag));
  if (!quirks.has(Quirk::TagUpperCase)) return;
  std::string upper = tag;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c; });
  put(Quirk::TagUpperCase, upper);
}

}  // namespace

void applyMeaning(ocpp_s::RequestMessage& message, ocpp_s::Quirks quirks, std::optional<int> connectors) {
  if (quirks.has(Quirk::TagSuffix) || quirks.has(Quirk::TagUpperCase))
    std::visit(
        [&](auto& each) { ocpp::forEach<ocpp::IdToken>(each, [&](auto& tag) { rewriteTag(message, quirks, tag); }); },
        message.request);
  auto* values = std::get_if<ocpp::MeterValues::Request>(&message.request);
  if (!values || values->connectorId != 0 || !quirks.has(Quirk::ConnectorZero) || connectors.value_or(1) != 1) return;
  values->connectorId = 1;
  message.notes.push_back({Quirk::ConnectorZero, "/connectorId", "0 is passed on as 1"});
}

void noteContentType(const HttpHeaders& headers, ocpp_s::Incoming& incoming) {
  const std::string_view wanted = incoming.manner.soap11 ? "text/xml" : "application/soap+xml";
  const std::string* first = nullptr;
  bool usual = false;
  for (const auto& [name, value] : headers) {
    if (!sameToken(name, "Content-Type")) continue;
    const std::string_view type = ocpp::trimmed(std::string_view(value).substr(0, value.find(';')));
    usual = !first && ocpp::equalFold(type, wanted);
    if (!first) first = &value;
  }
  if (usual) return;
  incoming.notes.push_back({Quirk::ContentType, "/", first ? "Content-Type " + *first : "no Content-Type"});
}

ocpp_s::Header answerHeader(const ocpp_s::Header& request, ocpp_s::Quirks quirks) {
  ocpp_s::Header header;
  header.chargeBoxIdentity = request.chargeBoxIdentity;
  header.messageId = "urn:uuid:" + newUuid();
  header.relatesTo = request.messageId;
  if (quirks.has(Quirk::ReplyToPeer)) header.to = request.from.empty() ? request.replyTo : request.from;
  return header;
}

}  // namespace bridge
