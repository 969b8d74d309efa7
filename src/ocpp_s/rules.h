// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of single messages that lenient reading has: what stands in for a missing value, what may be too long.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "ocpp/messages.h"
#include "ocpp_s/leaf.h"

namespace ocpp_s {

/// What is read when a required field is missing or empty. `text` "" leaves the default value of the member.
struct Substitute {
  std::string_view field;
  std::string_view text;
};
template <class Owner>
constexpr std::array<Substitute, 0> substitutes{};

/// QUIRKS P1: a charger that is not let in for want of its model never boots.
template <>
inline constexpr std::array<Substitute, 2> substitutes<ocpp::BootNotification::Request>{
    {{"chargePointVendor", "Unknown"}, {"chargePointModel", "Unknown"}}};
/// Optional in OCPP 1.2 (translation 4.1); whoever needs them has defaults.
template <>
inline constexpr std::array<Substitute, 2> substitutes<ocpp::BootNotification::Response>{
    {{"currentTime", ""}, {"interval", ""}}};
/// G-9: with one connector there is nothing to say; the session decides.
template <>
inline constexpr std::array<Substitute, 1> substitutes<ocpp::StartTransaction::Request>{{{"connectorId", "0"}}};
/// QUIRKS X10, P2: the session knows the open transaction.
template <>
inline constexpr std::array<Substitute, 1> substitutes<ocpp::StopTransaction::Request>{{{"transactionId", "0"}}};

/// A key that does not say so can be tried.
template <>
inline constexpr std::array<Substitute, 1> substitutes<ocpp::KeyValue>{{{"readonly", "false"}}};

template <class Owner>
const Substitute* substitute(std::string_view field) {
  for (const Substitute& each : substitutes<Owner>)
    if (each.field == field) return &each;
  return nullptr;
}

/// What happens to texts of a message beyond their limit (L-7).
template <class Owner>
constexpr Excess excessOf = Excess::KeepStart;
/// A cut vendorId or messageId would name something else: the session answers (translation 4.1, DataTransfer).
template <>
inline constexpr Excess excessOf<ocpp::DataTransfer::Request> = Excess::KeepAll;
/// The end of a path says more than its start (translation 4.2, GetDiagnostics).
template <>
inline constexpr Excess excessOf<ocpp::GetDiagnostics::Response> = Excess::KeepEnd;

/// ER-6: what an unknown literal means where the message must not fail for it. False: it may.
template <class Owner, class T>
bool readUnknown(Reader&, std::string&, T&) {
  return false;
}
template <>
inline bool readUnknown<ocpp::StatusNotification::Request>(Reader& reader, std::string& text,
                                                           ocpp::ChargePointErrorCode& out) {
  if (ocpp::trimmed(text).empty()) return false;
  reader.note(Quirk::UnknownWord, "unknown value '" + text + "' was read as OtherError");
  readText(reader, text, reader.unknownErrorCode, true, 0, Excess::KeepAll);
  out = ocpp::ChargePointErrorCode::OtherError;
  return true;
}
template <>
inline bool readUnknown<ocpp::StopTransaction::Request>(Reader& reader, std::string& text, ocpp::Reason& out) {
  reader.note(Quirk::UnknownWord, "unknown value '" + text + "' was read as Other");
  out = ocpp::Reason::Other;
  return true;
}

/// Called when all fields of a message or object are read.
template <class T>
void complete(Reader&, T&) {}
inline void complete(Reader& reader, ocpp::StatusNotification::Request& message) {
  if (!reader.unknownErrorCode.empty() && !message.info)
    message.info = ocpp::Text<50>(std::string(ocpp::cutTo(reader.unknownErrorCode, 50)));
}
inline void complete(Reader& reader, ocpp::IdTagInfo& info) {
  if (!info.parentIdTag || ocpp::codePoints(*info.parentIdTag) <= ocpp::IdToken::limit) return;
  const At at(reader, "parentIdTag");
  reader.note(Quirk::TooLong, "was dropped: too long to be an idTag elsewhere");  // translation 3, IdTagInfo
  info.parentIdTag.reset();
}
inline void complete(Reader& reader, ocpp::KeyValue& entry) {
  if (!entry.value || ocpp::codePoints(*entry.value) <= ocpp::Opaque<500>::limit) return;
  const At at(reader, "value");
  reader.note(Quirk::TooLong, "was cut to 500");  // translation 3, KeyValue
  entry.value = ocpp::Opaque<500>(std::string(ocpp::cutTo(*entry.value, 500)));
}

/// QUIRKS X12: gSOAP hands out markup as text, but with its entities resolved; the second reader keeps them.
template <class T>
void lookForMarkup(Reader& reader, const T& data) {
  if (data && data->find('<') != data->npos) reader.lossy = true;
}
inline void complete(Reader& reader, ocpp::DataTransfer::Request& message) { lookForMarkup(reader, message.data); }
inline void complete(Reader& reader, ocpp::DataTransfer::Response& message) { lookForMarkup(reader, message.data); }

/// False: the element of a list is left out.
template <class T>
bool keeps(Reader&, const T&) {
  return true;
}
inline bool keeps(Reader& reader, const ocpp::KeyValue& entry) {
  if (ocpp::codePoints(entry.key) <= ocpp::Key<50>::limit) return true;
  reader.note(Quirk::TooLong, "the entry was dropped");  // translation 3, KeyValue
  return false;
}

}  // namespace ocpp_s
