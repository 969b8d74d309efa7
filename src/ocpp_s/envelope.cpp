// SPDX-License-Identifier: GPL-2.0-or-later
// Codec over gSOAP: strict first, repaired second. One context reads and writes, in memory only.
#include "ocpp_s/envelope.h"

#include <soapH.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "ocpp/text.h"
#include "ocpp_s/begin_reading.h"
#include "ocpp_s/body.h"
#include "ocpp_s/head.h"
#include "ocpp_s/head_reader.h"
#include "ocpp_s/namespace_table.h"
#include "ocpp_s/readings.h"
#include "ocpp_s/recover.h"
#include "ocpp_s/vocabulary.h"

namespace ocpp_s {

namespace {

// The text is moved from: gSOAP's copy is not needed any more.
std::string trimmedText(std::string* text) {
  if (text == nullptr) return {};
  const std::string_view bare = ocpp::trimmed(*text);
  return bare.size() == text->size() ? std::move(*text) : std::string(bare);
}

template <class Endpoint>
std::string address(Endpoint* endpoint) {
  return endpoint && endpoint->Address ? trimmedText(&*endpoint->Address) : std::string();
}

// gSOAP writes attributes in the order in which it first met their names: make that the contract's.
void orderAttributes(::soap* soap) {
  soap_free_temp(soap);
  for (const char* name : {"context", "format", "measurand", "location", "unit"}) soap_set_attr(soap, name, "", 1);
  soap_clr_attr(soap);
}

/// One attempt to read: what is waited for, and what came of it.
struct Attempt {
  Expected expected;
  bool plain = false;
  Incoming incoming;
  ocpp::Role service{};
  std::size_t action = 0;
  std::optional<ocpp::Fault> fault;
  bool soapFault = false;
  bool lossy = false;
  bool tooMuch = false;  ///< For the guard.
  ocpp::Request request;
  ocpp::Response response;

  bool refuse(ocpp::FaultCode code, std::string_view text) {
    // A reply that makes no sense is the charger's internal error (translation 7.3).
    if (expected.half == ocpp::Half::Response) code = ocpp::FaultCode::InternalError;
    fault = ocpp::Fault{code, std::string(text)};
    return false;
  }
};

}  // namespace

struct Codec::Context {
  enum class Part { Header, Body, RepairedBody };
  GuardLimits limits;
  ::soap* soap;
  std::string_view input = "";
  std::string* output = nullptr;
  std::vector<Tag> tags;    ///< Of the document being read.
  int identityAt = -1;      ///< The place of the namespace that chargeBoxIdentity had.
  bool oddHeaders = false;  ///< There were headers that gSOAP did not know.
  Notes ignored;            ///< Elements that the lax reading of a repaired body left out.
  Part reading = Part::Header;

  explicit Context(const GuardLimits& limitsOfDocuments) : limits(limitsOfDocuments) {
    constexpr soap_mode common = SOAP_ENC_PLAIN | SOAP_XML_TREE | SOAP_C_UTFSTRING;
    soap = soap_new2(common | SOAP_XML_STRICT, common | SOAP_IO_BUFFER | SOAP_XML_NOTYPE);
    if (soap == nullptr) throw std::bad_alloc();
    soap->maxlevel = 64;
    soap->maxlength = 0;  // the guard limits the document
    soap->user = this;
    soap->frecv = [](::soap* s, char* buffer, size_t size) {
      std::string_view& rest = static_cast<Context*>(s->user)->input;
      size = std::min(size, rest.size());
      std::memcpy(buffer, rest.data(), size);
      rest.remove_prefix(size);
      return size;
    };
    soap->fsend = [](::soap* s, const char* bytes, size_t size) {
      static_cast<Context*>(s->user)->output->append(bytes, size);
      return SOAP_OK;
    };
    soap->fignore = [](::soap* s, const char* tag) { return static_cast<Context*>(s->user)->ignore(tag); };
    soap_set_namespaces(soap, namespaceTable);
    soap_begin_recv(soap);  // of nothing, for beginReading()
  }
  ~Context() {
    reset();
    soap_free(soap);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void reset() {
    soap_destroy(soap);
    soap_dealloc(soap, nullptr);  // not soap_end(): that also clears 32 KB of tables
    soap->header = nullptr;
    soap->fault = nullptr;
  }

  /// gSOAP asks whether it may skip an element that it does not expect.
  int ignore(const char* tag) {
    if (reading == Part::Body) return soap->error = SOAP_TAG_MISMATCH;
    if (reading == Part::RepairedBody)
      ignored.push_back({Quirk::UnknownElement, "/" + std::string(localName(tag)), "unexpected element: ignored"});
    else
      oddHeaders = true;
    return SOAP_OK;
  }

  /// Reads up to the wrapper element. False: gSOAP refuses. A repaired body is read laxly: what is in it twice, or
  /// unknown, is skipped.
  bool open(std::string_view xml, Part body) {
    reset();
    input = xml;
    oddHeaders = false;
    identityAt = -1;
    ignored.clear();
    reading = Part::Header;
    soap_clr_imode(soap, SOAP_XML_STRICT);
    if (body == Part::Body) soap_set_imode(soap, SOAP_XML_STRICT);
    beginReading(soap);
    const bool opened = soap_envelope_begin_in(soap) == SOAP_OK && soap_recv_header(soap) == SOAP_OK &&
                        soap_body_begin_in(soap) == SOAP_OK && soap_peek_element(soap) == SOAP_OK;
    reading = body;
    return opened;
  }

  /// The service whose namespace the wrapper element has. Notes a namespace without slash.
  std::optional<Service> service(Notes& notes) const {
    const char* colon = std::strchr(soap->tag, ':');
    const std::size_t length = colon ? static_cast<std::size_t>(colon - soap->tag) : 0;
    const soap_nlist* ns = soap->nlist;
    while (ns != nullptr && (std::strncmp(ns->id, soap->tag, length) != 0 || ns->id[length] != 0)) ns = ns->next;
    if (ns == nullptr || ns->index < firstService || ns->index >= firstService + 6) return std::nullopt;
    const int place = ns->index - firstService;
    if (soap->local_namespaces[ns->index].out != nullptr)
      notes.push_back({Quirk::NamespaceSlash, "/", soap->local_namespaces[ns->index].out});
    return Service{static_cast<ocpp::Version>(place / 2),
                   place % 2 == 0 ? ocpp::Role::CentralSystem : ocpp::Role::ChargePoint};
  }

  /// Takes the headers as gSOAP read them; false when there are some that only readHead() understands.
  bool headers(Incoming& incoming) {
    incoming.manner.soap11 = soap->version == 1;
    if (const char* odd = soap->local_namespaces[addressingRowAt].out)
      incoming.manner.addressing = findAddressing(odd).value_or(Addressing::Wsa2005);
    SOAP_ENV__Header* from = soap->header;
    if (from == nullptr) return !oddHeaders;
    Header& to = incoming.header;
    std::string* const identities[] = {from->cs12__chargeBoxIdentity, from->cp12__chargeBoxIdentity,
                                       from->cs15__chargeBoxIdentity, from->cp15__chargeBoxIdentity,
                                       from->cs16__chargeBoxIdentity, from->cp16__chargeBoxIdentity};
    for (int i = 0; i < 6; ++i) {  // any of them: QUIRKS X9
      if (identities[i] == nullptr) continue;
      addIdentity(to, trimmedText(identities[i]));
      identityAt = i;
    }
    to.messageId = trimmedText(from->wsa__MessageID);
    to.action = trimmedText(from->wsa__Action);
    to.to = trimmedText(from->wsa__To);
    to.relatesTo = from->wsa__RelatesTo ? trimmedText(&from->wsa__RelatesTo->__item) : std::string();
    to.from = address(from->wsa__From);
    to.replyTo = address(from->wsa__ReplyTo);
    const auto plain = [](const wsa__EndpointReferenceType* each) { return each == nullptr || each->Address; };
    return !oddHeaders && plain(from->wsa__From) && plain(from->wsa__ReplyTo);
  }

  void read(std::string_view xml, Attempt& attempt);
  void readGuarded(std::string_view xml, const Guarded& guarded, Attempt& attempt);
  bool readStrictly(std::string_view xml, Attempt& attempt);
  void readRepaired(std::string_view xml, Attempt& attempt);
  bool readBody(Attempt& attempt);
  bool refuse(Attempt& attempt);
  template <class Body>
  void write(std::string& out, const Dialect& dialect, ocpp::Role service, Kind kind, const Header& header,
             std::string_view action, Body&& body);
};

bool Codec::Context::refuse(Attempt& attempt) {
  std::string text;
  switch (soap->error) {
    case SOAP_TAG_MISMATCH: text = "unexpected element"; break;
    case SOAP_NO_TAG: text = "there is no body element"; break;
    case SOAP_OCCURS: text = "an element occurs too often, or one is missing"; break;
    default: text = "not a readable envelope (" + std::to_string(soap->error) + ")"; break;
  }
  if (*soap->tag != 0) text.append(" at ").append(soap->tag);
  return attempt.refuse(ocpp::FaultCode::ProtocolError, text);
}

/// The body under the cursor. False with a fault: gSOAP refuses, or a value is impossible.
bool Codec::Context::readBody(Attempt& attempt) {
  const ocpp::Version version = *attempt.incoming.version;
  const Operation& operation = operationOf(version, attempt.service, attempt.action);
  Reader reader;
  reader.encoding = ocpp::soapEncoding(version);
  reader.plain = attempt.plain;
  bool read = false;
  if (attempt.expected.half == ocpp::Half::Request) {
    reader.forgiving = ocpp::Actions::deliveries[attempt.action] == ocpp::Delivery::Queued ||
                       attempt.action == ocpp::indexOf<ocpp::StatusNotification>;
    read = operation.readRequest(soap, reader, attempt.request);
  } else {
    reader.refusal = ocpp::FaultCode::InternalError;  // translation 7.3
    read = operation.readResponse(soap, reader, attempt.response);
  }
  if (!read) return refuse(attempt);
  for (Note& note : reader.notes) attempt.incoming.notes.push_back(std::move(note));
  attempt.fault = std::move(reader.fault);
  attempt.lossy = reader.lossy;
  return !attempt.fault;
}

/// True when there is nothing to repair.
bool Codec::Context::readStrictly(std::string_view xml, Attempt& attempt) {
  if (!open(xml, Part::Body)) return refuse(attempt);
  if (!headers(attempt.incoming)) {
    attempt.incoming.header = {};
    readHead(xml, attempt.incoming);
  }
  const std::string_view local = localName(soap->tag);
  const auto found = service(attempt.incoming.notes);
  const auto action = findWrapper(local, attempt.expected.half);
  if (found) attempt.incoming.version = found->version;
  if (!found || !action || !offers(found->version, attempt.expected.service.value_or(found->role), *action))
    return attempt.refuse(ocpp::FaultCode::NotSupported, "unknown operation: " + std::string(soap->tag));  // ER-7
  if (attempt.expected.action && attempt.expected.action != action)
    return attempt.refuse(ocpp::FaultCode::InternalError, "unexpected response: " + std::string(local));
  if (attempt.expected.service && attempt.expected.service != found->role)
    return attempt.refuse(ocpp::FaultCode::NotSupported, "an operation of the other service: " + std::string(local));
  attempt.service = found->role;
  attempt.action = *action;
  const int place = static_cast<int>(found->version) * 2 + (found->role == ocpp::Role::ChargePoint);
  if (identityAt >= 0 && identityAt != place)
    attempt.incoming.notes.push_back({Quirk::HeaderNamespace, "/chargeBoxIdentity", "of another version or service"});
  return readBody(attempt) && !attempt.lossy;
}

void Codec::Context::readRepaired(std::string_view xml, Attempt& attempt) {
  Recovered recovered = recover(xml, attempt.expected);
  attempt.incoming = std::move(recovered.incoming);
  attempt.service = recovered.service;
  attempt.action = recovered.action;
  attempt.soapFault = recovered.soapFault.has_value();
  attempt.fault = attempt.soapFault ? std::move(recovered.soapFault) : std::move(recovered.refusal);
  if (attempt.fault) return;
  if (!open(recovered.xml, Part::RepairedBody)) {
    refuse(attempt);
    return;
  }
  readBody(attempt);
  for (Note& note : ignored) attempt.incoming.notes.push_back(std::move(note));
}

void Codec::Context::read(std::string_view xml, Attempt& attempt) {
  Guarded guarded = guard(xml, limits, &tags);
  const bool heavy = guarded.tooMuch && attempt.expected.half == ocpp::Half::Request;
  // C1: the stop itself must not be lost for its size.
  const auto lighter = heavy ? withoutReadings(xml, limits.tagBytes) : std::nullopt;
  if (lighter) guarded = guard(xml = *lighter, limits, &tags);
  if (guarded.refusal != nullptr)
    attempt.refuse(ocpp::FaultCode::ProtocolError, guarded.refusal);
  else
    readGuarded(xml, guarded, attempt);
  attempt.tooMuch = heavy;
  if (lighter)
    attempt.incoming.notes.push_back({Quirk::LostReadings, "/transactionData", "is too much to be read: left out"});
}

void Codec::Context::readGuarded(std::string_view xml, const Guarded& guarded, Attempt& attempt) {
  attempt.plain = guarded.plain;
  if (!readStrictly(xml, attempt)) {
    Attempt repaired;
    repaired.expected = attempt.expected;
    repaired.plain = attempt.plain;
    readRepaired(xml, repaired);
    // A loss that repairing does not heal is no reason to refuse.
    if (attempt.fault || !repaired.fault) attempt = std::move(repaired);
  }
  if (!attempt.fault) noteWhole(guarded, tags, attempt.expected.half, attempt.action, attempt.incoming);
}

template <class Body>
void Codec::Context::write(std::string& out, const Dialect& dialect, ocpp::Role service, Kind kind,
                           const Header& header, std::string_view action, Body&& body) {
  const std::size_t before = out.size();
  try {
    beginEnvelope(out, dialect, service, kind, header, action);
    reset();
    output = &out;
    soap_begin_send(soap);
    soap->ns = 1;  // declaration and namespaces are written: head.cpp
    soap->level = 2;
    if (kind == Kind::Request && dialect.version == ocpp::Version::V15) orderAttributes(soap);  // of meter values
    const std::size_t start = out.size();
    const auto fraction = dialect.habits.has(Quirk::Milliseconds) ? ocpp::Fraction::Three : ocpp::Fraction::None;
    if (!body(soap, Writer{ocpp::soapEncoding(dialect.version), fraction}) || soap_end_send(soap) != SOAP_OK)
      throw std::logic_error("gSOAP cannot write this message");
    if (dialect.habits.has(Quirk::PrefixesSA)) renamePrefix(out, start, dialect, service);
    endEnvelope(out, dialect);
  } catch (...) {
    out.resize(before);
    throw;
  }
}

namespace {

const Operation& writable(const Dialect& dialect, ocpp::Role service, std::size_t action) {
  if (!offers(dialect.version, service, action))
    throw std::logic_error(std::string(ocpp::Actions::names[action]) + " does not exist in OCPP " +
                           std::string(ocpp::name(dialect.version)) + " over SOAP");
  return operationOf(dialect.version, service, action);
}

}  // namespace

Codec::Codec(const GuardLimits& limits) : context_(std::make_unique<Context>(limits)) {}
Codec::~Codec() = default;

ReadRequest Codec::readRequest(std::string_view xml, ocpp::Role service) {
  Attempt attempt;
  attempt.expected = {ocpp::Half::Request, service, std::nullopt};
  context_->read(xml, attempt);
  if (attempt.fault) {
    ReadFailure failure;
    static_cast<Incoming&>(failure) = std::move(attempt.incoming);
    failure.fault = std::move(*attempt.fault);
    failure.tooMuch = attempt.tooMuch;
    if (attempt.soapFault) failure.fault = {ocpp::FaultCode::ProtocolError, "a Fault is not a request"};
    return failure;
  }
  RequestMessage message;
  static_cast<Incoming&>(message) = std::move(attempt.incoming);
  message.request = std::move(attempt.request);
  return message;
}

ReplyMessage Codec::readReply(std::string_view xml, std::size_t action) {
  Attempt attempt;
  attempt.expected = {ocpp::Half::Response, std::nullopt, action};
  context_->read(xml, attempt);
  ReplyMessage message;
  static_cast<Incoming&>(message) = std::move(attempt.incoming);
  message.soapFault = attempt.soapFault;
  if (attempt.fault)
    message.outcome = std::move(*attempt.fault);
  else
    message.outcome = std::move(attempt.response);
  return message;
}

void Codec::writeRequest(std::string& out, const Dialect& dialect, ocpp::Role service, const Header& header,
                         const ocpp::Request& request) {
  const std::string_view action = ocpp::actionName(request);
  const Operation& operation = writable(dialect, service, request.index());
  const std::string tag = wrapperName(request.index(), ocpp::Half::Request, compiledPrefix(dialect, service));
  context_->write(out, dialect, service, Kind::Request, header, action, [&](::soap* soap, const Writer& writer) {
    return operation.writeRequest(soap, tag.c_str(), writer, request);
  });
}

void Codec::writeReply(std::string& out, const Dialect& dialect, ocpp::Role service, const Header& header,
                       const ocpp::Response& response) {
  const std::string_view action = ocpp::actionName(response);
  const Operation& operation = writable(dialect, service, response.index());
  const std::string tag = wrapperName(response.index(), ocpp::Half::Response, compiledPrefix(dialect, service));
  context_->write(out, dialect, service, Kind::Reply, header, action, [&](::soap* soap, const Writer& writer) {
    return operation.writeResponse(soap, tag.c_str(), writer, response);
  });
}

void Codec::writeFault(std::string& out, const Dialect& dialect, ocpp::Role service, const Header& header,
                       const ocpp::Fault& fault) {
  beginEnvelope(out, dialect, service, Kind::Fault, header, {});
  writeFaultElement(out, dialect, service, fault);
  endEnvelope(out, dialect);
}

}  // namespace ocpp_s
