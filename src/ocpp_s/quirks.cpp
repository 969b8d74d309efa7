// SPDX-License-Identifier: GPL-2.0-or-later
// The table of quirks. The profiles over it are in profiles.cpp.
#include "ocpp_s/quirks.h"

#include <iterator>

namespace ocpp_s {

namespace {

using ocpp::FaultCode;
constexpr auto Reading = QuirkRow::Group::Reading;
constexpr auto Meaning = QuirkRow::Group::Meaning;
constexpr auto Writing = QuirkRow::Group::Writing;
constexpr auto Protocol = FaultCode::ProtocolError;
constexpr bool on = true, off = false, loses = true, keeps = false;

constexpr QuirkRow rows[] = {
    {Quirk::Padding, "padding", Reading, on, keeps, Protocol, "white space before the XML declaration"},
    {Quirk::ContentType, "content-type", Reading, on, keeps, Protocol,
     "another Content-Type than SOAP's, none, or two"},
    {Quirk::ContentEncoding, "content-encoding", Reading, on, keeps, Protocol,
     "a Content-Encoding that the body does not have"},
    {Quirk::Soap11, "soap-1.1", Reading, on, keeps, FaultCode::VersionMismatch, "an envelope of SOAP 1.1"},
    {Quirk::OldAddressing, "old-addressing", Reading, on, keeps, Protocol, "WS-Addressing of 2003 or 2004"},
    {Quirk::HeaderMissing, "header-missing", Reading, on, keeps, Protocol,
     "identity, MessageID, From, To, Action or RelatesTo is missing"},
    {Quirk::HeaderNamespace, "header-namespace", Reading, on, keeps, Protocol,
     "a header in another namespace or in another case"},
    {Quirk::UnknownHeader, "unknown-header", Reading, on, keeps, Protocol, "a header that means nothing to us"},
    {Quirk::NotUnderstood, "not-understood", Reading, on, keeps, FaultCode::MustUnderstand,
     "such a header with mustUnderstand"},
    {Quirk::BareAddress, "bare-address", Reading, on, keeps, Protocol, "From or ReplyTo without Address element"},
    {Quirk::MessageId, "message-id", Reading, on, keeps, Protocol, "a MessageID that is no URI"},
    {Quirk::Action, "action", Reading, on, keeps, Protocol, "an Action that contradicts the body"},
    {Quirk::RelatesTo, "relates-to", Reading, on, keeps, Protocol, "a RelatesTo of another request"},
    {Quirk::IdentityInUrl, "identity-in-url", Reading, on, keeps, Protocol, "the identity only in the URL"},
    {Quirk::BodyNamespace, "body-namespace", Reading, on, keeps, FaultCode::NotSupported,
     "the namespace of the other service"},
    {Quirk::NamespaceSlash, "namespace-slash", Reading, on, keeps, Protocol, "a namespace without its last slash"},
    {Quirk::NoNamespace, "no-namespace", Reading, on, keeps, Protocol,
     "elements without namespace, or outside the message's"},
    {Quirk::UnboundPrefix, "unbound-prefix", Reading, on, keeps, Protocol, "a namespace prefix that nobody declares"},
    {Quirk::ElementOrder, "element-order", Reading, on, keeps, Protocol,
     "elements in another order than the contract's"},
    {Quirk::Misspelt, "misspelt", Reading, on, keeps, Protocol,
     "an element in another case, misspelt, or with another version's name"},
    {Quirk::UnknownElement, "unknown-element", Reading, on, loses, Protocol,
     "an element that the contract does not have"},
    {Quirk::Nil, "nil", Reading, on, keeps, Protocol, "xsi:nil, read as absent"},
    {Quirk::EmptyValue, "empty-value", Reading, on, keeps, Protocol, "an empty element, read as absent"},
    {Quirk::MissingValue, "missing-value", Reading, on, keeps, Protocol, "a mandatory element is missing"},
    {Quirk::MeterShape, "meter-shape", Reading, on, keeps, Protocol, "meter values in another version's shape"},
    {Quirk::Markup, "markup", Reading, on, keeps, Protocol, "elements inside DataTransfer.data, read as text"},
    {Quirk::NumberForm, "number-form", Reading, on, keeps, Protocol, "a number or boolean in an unusual spelling"},
    {Quirk::TimeForm, "time-form", Reading, on, keeps, Protocol, "a time that is no xs:dateTime"},
    {Quirk::WordForm, "word-form", Reading, on, keeps, Protocol, "a word in another case or of another version"},
    {Quirk::UnknownWord, "unknown-word", Reading, on, loses, Protocol, "an unknown word, dropped or read as Other"},
    {Quirk::DroppedValue, "dropped-value", Reading, on, loses, Protocol,
     "an optional part that makes no sense, dropped"},
    {Quirk::TooLong, "too-long", Reading, on, loses, Protocol, "a text beyond its limit"},
    {Quirk::BadCharacters, "bad-characters", Reading, on, loses, Protocol, "characters that XML does not have"},
    {Quirk::EmptyReply, "empty-reply", Reading, on, keeps, Protocol, "no body in answer to what has nothing to answer"},
    {Quirk::FaultShape, "fault-shape", Reading, on, keeps, Protocol, "a Fault not as SOAP has it"},
    {Quirk::ReplyStatus, "reply-status", Reading, on, keeps, Protocol, "an HTTP status that contradicts the answer"},
    {Quirk::LostTransaction, "lost-transaction", Reading, on, keeps, Protocol,
     "a stop without transactionId, taken for the only open transaction"},
    {Quirk::ConnectorZero, "connector-zero", Meaning, off, loses, Protocol,
     "MeterValues of connector 0 are those of the only connector"},
    {Quirk::FillTransaction, "fill-transaction", Meaning, off, keeps, Protocol,
     "MeterValues without transactionId belong to the connector's open transaction"},
    {Quirk::TagSuffix, "tag-suffix", Meaning, off, loses, Protocol,
     "of an idTag with semicolon, `x;TAG` or `TAG;NULL`, only TAG counts"},
    {Quirk::TagUpperCase, "tag-upper-case", Meaning, off, loses, Protocol, "idTags are passed on in upper case"},
    {Quirk::MustUnderstand, "must-understand", Writing, on, keeps, Protocol,
     "mustUnderstand on identity, To and Action of requests"},
    {Quirk::ReplyMustUnderstand, "reply-must-understand", Writing, off, keeps, Protocol,
     "mustUnderstand on To and Action of answers"},
    {Quirk::ReplyIdentity, "reply-identity", Writing, off, keeps, Protocol, "chargeBoxIdentity in answers"},
    {Quirk::ReplyToPeer, "reply-to-peer", Writing, off, keeps, Protocol, "To of answers is the charger's From"},
    {Quirk::NoReplyMessageId, "no-reply-message-id", Writing, off, keeps, Protocol, "no MessageID in answers"},
    {Quirk::NoFrom, "no-from", Writing, off, keeps, Protocol, "no From in requests"},
    {Quirk::BareFrom, "bare-from", Writing, off, keeps, Protocol, "From of requests without Address element"},
    {Quirk::OnlyIdentity, "only-identity", Writing, off, keeps, Protocol, "no header but chargeBoxIdentity"},
    {Quirk::UrnAction, "urn-action", Writing, off, keeps, Protocol, "Action of OCPP 1.2 answers as full URN"},
    {Quirk::WriteSoap11, "write-soap-1.1", Writing, off, keeps, Protocol, "SOAP 1.1 whatever the charger sends"},
    {Quirk::WriteOldAddressing, "write-old-addressing", Writing, off, keeps, Protocol,
     "WS-Addressing 2004/08 whatever the charger sends"},
    {Quirk::PrefixesSA, "prefixes-s-a", Writing, off, keeps, Protocol,
     "prefixes s, a, cs and cp; identity without prefix"},
    {Quirk::PrefixesWsa5, "prefixes-wsa5", Writing, off, keeps, Protocol, "prefixes SOAP-ENV and wsa5"},
    {Quirk::Milliseconds, "milliseconds", Writing, off, keeps, Protocol, "times with three digits of fraction"},
    {Quirk::NoDeclaration, "no-declaration", Writing, off, keeps, Protocol, "no XML declaration"},
    {Quirk::ReplyAction, "reply-action", Writing, off, keeps, Protocol, "Content-Type of answers with action"},
    {Quirk::PlainContentType, "plain-content-type", Writing, off, keeps, Protocol,
     "Content-Type of requests without action"},
    {Quirk::SoapActionHeader, "soap-action", Writing, off, keeps, Protocol, "requests with an HTTP header SOAPAction"},
    {Quirk::Fault500, "fault-500", Writing, off, keeps, Protocol, "every Fault with HTTP 500"},
    {Quirk::Fault200, "fault-200", Writing, off, keeps, Protocol, "every Fault with HTTP 200"},
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
    if (row.group != Reading || tolerated.has(note.quirk)) continue;
    return ocpp::Fault{row.refusal,
                       "not tolerated here (" + std::string(row.name) + "): " + note.path + " " + note.text};
  }
  return std::nullopt;
}

}  // namespace ocpp_s
