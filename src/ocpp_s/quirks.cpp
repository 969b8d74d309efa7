// SPDX-License-Identifier: GPL-2.0-or-later
// The table of quirks. The profiles over it are in profiles.cpp.
#include "ocpp_s/quirks.h"

#include <iterator>

namespace ocpp_s {

namespace {

using ocpp::FaultCode;
using Group = QuirkRow::Group;
using Text = std::string_view;
constexpr bool on = true, off = false, loses = true, keeps = false;

/// Tolerated in reading, and all that the message says counts.
constexpr QuirkRow whole(Quirk quirk, Text name, Text meaning, FaultCode refusal = FaultCode::ProtocolError) {
  return {quirk, name, Group::Reading, on, keeps, refusal, meaning};
}
/// Tolerated in reading, but something of the message is lost or changed.
constexpr QuirkRow partly(Quirk quirk, Text name, Text meaning) {
  return {quirk, name, Group::Reading, on, loses, FaultCode::ProtocolError, meaning};
}
constexpr QuirkRow meant(Quirk quirk, Text name, Text meaning, bool lossy) {
  return {quirk, name, Group::Meaning, off, lossy, FaultCode::ProtocolError, meaning};
}
constexpr QuirkRow written(Quirk quirk, Text name, Text meaning, bool standard = off) {
  return {quirk, name, Group::Writing, standard, keeps, FaultCode::ProtocolError, meaning};
}

constexpr QuirkRow rows[] = {
    whole(Quirk::Padding, "padding", "white space before the XML declaration"),
    whole(Quirk::ContentType, "content-type", "another Content-Type than SOAP's, none, or two"),
    whole(Quirk::ContentEncoding, "content-encoding", "a Content-Encoding that the body does not have"),
    whole(Quirk::Soap11, "soap-1.1", "an envelope of SOAP 1.1", FaultCode::VersionMismatch),
    whole(Quirk::OldAddressing, "old-addressing", "WS-Addressing of 2003 or 2004"),
    whole(Quirk::HeaderMissing, "header-missing", "identity, MessageID, From, To, Action or RelatesTo is missing"),
    whole(Quirk::HeaderNamespace, "header-namespace", "a header in another namespace or in another case"),
    whole(Quirk::UnknownHeader, "unknown-header", "a header that means nothing to us"),
    whole(Quirk::NotUnderstood, "not-understood", "such a header with mustUnderstand", FaultCode::MustUnderstand),
    whole(Quirk::BareAddress, "bare-address", "From or ReplyTo without Address element"),
    whole(Quirk::MessageId, "message-id", "a MessageID that is no URI"),
    whole(Quirk::Action, "action", "an Action that contradicts the body"),
    whole(Quirk::RelatesTo, "relates-to", "a RelatesTo of another request"),
    whole(Quirk::IdentityInUrl, "identity-in-url", "the identity only in the URL"),
    whole(Quirk::BodyNamespace, "body-namespace", "the namespace of the other service", FaultCode::NotSupported),
    whole(Quirk::NamespaceSlash, "namespace-slash", "a namespace without its last slash"),
    whole(Quirk::NoNamespace, "no-namespace", "elements without namespace, or outside the message's"),
    whole(Quirk::UnboundPrefix, "unbound-prefix", "a namespace prefix that nobody declares"),
    whole(Quirk::ElementOrder, "element-order", "elements in another order than the contract's"),
    whole(Quirk::Misspelt, "misspelt", "an element in another case, misspelt, or with another version's name"),
    partly(Quirk::UnknownElement, "unknown-element", "an element that the contract does not have"),
    whole(Quirk::Nil, "nil", "xsi:nil, read as absent"),
    whole(Quirk::EmptyValue, "empty-value", "an empty element, read as absent"),
    whole(Quirk::MissingValue, "missing-value", "a mandatory element is missing"),
    whole(Quirk::MeterShape, "meter-shape", "meter values in another version's shape"),
    whole(Quirk::Markup, "markup", "elements inside DataTransfer.data, read as text"),
    whole(Quirk::NumberForm, "number-form", "a number or boolean in an unusual spelling"),
    whole(Quirk::TimeForm, "time-form", "a time that is no xs:dateTime"),
    whole(Quirk::WordForm, "word-form", "a word in another case or of another version"),
    partly(Quirk::UnknownWord, "unknown-word", "an unknown word, dropped or read as Other"),
    partly(Quirk::DroppedValue, "dropped-value", "an optional part that makes no sense, dropped"),
    partly(Quirk::TooLong, "too-long", "a text beyond its limit"),
    partly(Quirk::BadCharacters, "bad-characters", "characters that XML does not have"),
    whole(Quirk::EmptyReply, "empty-reply", "no body in answer to what has nothing to answer"),
    whole(Quirk::FaultShape, "fault-shape", "a Fault not as SOAP has it"),
    whole(Quirk::ReplyStatus, "reply-status", "an HTTP status that contradicts the answer"),
    whole(Quirk::LostTransaction, "lost-transaction",
          "a stop without transactionId, taken for the only open transaction"),
    partly(Quirk::LostReadings, "lost-readings", "a StopTransaction too large to be read whole, without its readings"),
    meant(Quirk::ConnectorZero, "connector-zero", "MeterValues of connector 0 are those of the only connector", loses),
    meant(Quirk::FillTransaction, "fill-transaction",
          "MeterValues without transactionId belong to the connector's open transaction", keeps),
    meant(Quirk::TagSuffix, "tag-suffix", "of an idTag with semicolon, `x;TAG` or `TAG;NULL`, only TAG counts", loses),
    meant(Quirk::TagUpperCase, "tag-upper-case", "idTags are passed on in upper case", loses),
    written(Quirk::MustUnderstand, "must-understand", "mustUnderstand on identity, To and Action of requests", on),
    written(Quirk::ReplyMustUnderstand, "reply-must-understand", "mustUnderstand on To and Action of answers"),
    written(Quirk::ReplyIdentity, "reply-identity", "chargeBoxIdentity in answers"),
    written(Quirk::ReplyToPeer, "reply-to-peer", "To of answers is the charger's From"),
    written(Quirk::NoReplyMessageId, "no-reply-message-id", "no MessageID in answers"),
    written(Quirk::NoFrom, "no-from", "no From in requests"),
    written(Quirk::BareFrom, "bare-from", "From of requests without Address element"),
    written(Quirk::OnlyIdentity, "only-identity", "no header but chargeBoxIdentity"),
    written(Quirk::UrnAction, "urn-action", "Action of OCPP 1.2 answers as full URN"),
    written(Quirk::WriteSoap11, "write-soap-1.1", "SOAP 1.1 whatever the charger sends"),
    written(Quirk::WriteOldAddressing, "write-old-addressing", "WS-Addressing 2004/08 whatever the charger sends"),
    written(Quirk::PrefixesSA, "prefixes-s-a", "prefixes s, a, cs and cp; identity without prefix"),
    written(Quirk::PrefixesWsa5, "prefixes-wsa5", "prefixes SOAP-ENV and wsa5"),
    written(Quirk::Milliseconds, "milliseconds", "times with three digits of fraction"),
    written(Quirk::NoDeclaration, "no-declaration", "no XML declaration"),
    written(Quirk::ReplyAction, "reply-action", "Content-Type of answers with action"),
    written(Quirk::PlainContentType, "plain-content-type", "Content-Type of requests without action"),
    written(Quirk::SoapActionHeader, "soap-action", "requests with an HTTP header SOAPAction"),
    written(Quirk::Fault500, "fault-500", "every Fault with HTTP 500"),
    written(Quirk::Fault200, "fault-200", "every Fault with HTTP 200"),
};

constexpr bool rowsFollowQuirks() {
  if (std::size(rows) != quirkCount) return false;
  for (std::size_t i = 0; i < std::size(rows); ++i)
    if (rows[i].quirk != static_cast<Quirk>(i)) return false;
  return true;
}
static_assert(rowsFollowQuirks(), "the table is in the order of Quirk");

}  // namespace

const QuirkRow& quirkRow(Quirk quirk) { return rows[static_cast<std::size_t>(quirk)]; }

std::optional<Quirk> findQuirk(std::string_view name) {
  for (const QuirkRow& row : rows)
    if (row.name == name) return row.quirk;
  return std::nullopt;
}

Quirks standardQuirks() {
  Quirks all;
  for (const QuirkRow& row : rows) all.set(row.quirk, row.standard);
  return all;
}

std::optional<ocpp::Fault> judge(const Notes& notes, Quirks tolerated) {
  for (const Note& note : notes) {
    const QuirkRow& row = quirkRow(note.quirk);
    if (row.group != Group::Reading || tolerated.has(note.quirk)) continue;
    return ocpp::Fault{row.refusal,
                       "not tolerated here (" + std::string(row.name) + "): " + note.path + " " + note.text};
  }
  return std::nullopt;
}

}  // namespace ocpp_s
