// SPDX-License-Identifier: GPL-2.0-or-later
// The forgiving second reader: finds headers and body by local name, decides what the body is, and has it rewritten.
#include "ocpp_s/recover.h"

#include <string>

#include "ocpp/messages.h"
#include "ocpp/text.h"
#include "ocpp_s/dom.h"
#include "ocpp_s/fault_reader.h"
#include "ocpp_s/head_reader.h"
#include "ocpp_s/rewrite.h"
#include "ocpp_s/vocabulary.h"

namespace ocpp_s {

namespace {

struct Alias {
  std::string_view seen;
  std::string_view meant;
};
constexpr Alias wrapperAliases[] = {
    // QUIRKS X14
    {"dataTransfertRequest", "dataTransferRequest"},
    {"dataTransfertResponse", "dataTransferResponse"},
    {"getLocalListRequest", "getLocalListVersionRequest"},
    {"getLocalListResponse", "getLocalListVersionResponse"},
};

/// The action whose wrapper this is, in any case or known misspelling.
std::optional<std::size_t> findWrapperLeniently(std::string_view local, ocpp::Half half) {
  for (const Alias& alias : wrapperAliases)
    if (ocpp::equalFold(alias.seen, local)) local = alias.meant;
  for (std::size_t i = 0; i < ocpp::actionCount; ++i)
    if (ocpp::equalFold(wrapperName(i, half), local)) return i;
  return std::nullopt;
}

class Recovery {
 public:
  Recovery(const Expected& expected, Recovered& result) : expected_(expected), result_(result) {}

  void run(std::string_view text) {
    pugi::xml_document document;
    if (!parseDom(document, text)) return refuse(ocpp::FaultCode::ProtocolError, "not well-formed XML");
    const pugi::xml_node envelope = document.document_element();
    if (!isNamed(envelope, "Envelope"))
      return refuse(ocpp::FaultCode::ProtocolError,
                    "not a SOAP envelope but <" + std::string(envelope.name()) + ">");  // QUIRKS H10
    result_.incoming.manner.soap11 = namespaceOf(envelope) == soap11Namespace;
    readHead(envelope, result_.incoming);
    const pugi::xml_node body = childNamed(envelope, "Body");
    const pugi::xml_node wrapper = firstElement(body);
    if (!wrapper) return body ? emptyBody() : refuse(ocpp::FaultCode::ProtocolError, "there is no body element");
    if (nextElement(wrapper)) return refuse(ocpp::FaultCode::ProtocolError, "more than one body element");
    if (isNamed(wrapper, "Fault")) {
      result_.soapFault = readFault(wrapper, result_.incoming.notes);
      return;
    }
    if (decide(envelope, wrapper)) rewrite(wrapper);
  }

 private:
  void refuse(ocpp::FaultCode code, std::string text) {
    if (expected_.half == ocpp::Half::Response) code = ocpp::FaultCode::InternalError;  // translation 7.3
    result_.refusal = ocpp::Fault{code, std::move(text)};
  }
  void note(Quirk quirk, std::string text) { result_.incoming.notes.push_back({quirk, "/", std::move(text)}); }

  /// Some chargers answer with nothing what has nothing to be said (UpdateFirmware).
  void emptyBody() {
    if (expected_.half == ocpp::Half::Request || !expected_.action ||
        !hasNoElements(*expected_.action, ocpp::Half::Response))
      return refuse(ocpp::FaultCode::ProtocolError, "there is no body element");
    result_.action = *expected_.action;
    result_.incoming.version = ocpp::Version::V16;  // any: there is nothing to read
    result_.service = offers(ocpp::Version::V16, ocpp::Role::ChargePoint, result_.action) ? ocpp::Role::ChargePoint
                                                                                          : ocpp::Role::CentralSystem;
    note(Quirk::EmptyReply, "an empty body was read as the response");
    rewrite({});
  }

  /// Which operation of which version this is (G-2, ER-7).
  bool decide(const pugi::xml_node& envelope, const pugi::xml_node& wrapper) {
    const std::string local(localName(wrapper));
    const auto found = serviceOf(envelope, wrapper);
    if (!found) {
      refuse(ocpp::FaultCode::NotSupported, "not in a namespace of OCPP: " + std::string(wrapper.name()));
      return false;
    }
    result_.incoming.version = found->version;
    const auto action = findWrapperLeniently(local, expected_.half);
    if (!action) {
      const bool other = findWrapperLeniently(local, otherHalf()).has_value();
      refuse(other ? ocpp::FaultCode::ProtocolError : ocpp::FaultCode::NotSupported,
             (other ? "not expected here: " : "unknown operation: ") + local);
      return false;
    }
    result_.action = *action;
    if (expected_.action && expected_.action != action) {
      refuse(ocpp::FaultCode::InternalError, "unexpected response: " + local);
      return false;
    }
    return decideService(*found, local);
  }

  /// QUIRKS X8: the namespace of the other service is accepted where only this one has the operation, or both have.
  bool decideService(const Service& found, const std::string& local) {
    result_.service = expected_.service.value_or(found.role);
    if (!expected_.service && !offers(found.version, found.role, result_.action))
      result_.service = found.role == ocpp::Role::ChargePoint ? ocpp::Role::CentralSystem : ocpp::Role::ChargePoint;
    if (!offers(found.version, result_.service, result_.action)) {
      refuse(ocpp::FaultCode::NotSupported,
             local + " is not an operation of this service in OCPP " + std::string(ocpp::name(found.version)));
      return false;
    }
    if (result_.service != found.role) note(Quirk::BodyNamespace, "the body has the namespace of the other service");
    return true;
  }

  ocpp::Half otherHalf() const {
    return expected_.half == ocpp::Half::Request ? ocpp::Half::Response : ocpp::Half::Request;
  }

  /// By the body element's namespace; by chargeBoxIdentity's or a declared one when it has none.
  std::optional<Service> serviceOf(const pugi::xml_node& envelope, const pugi::xml_node& wrapper) {
    const std::string_view ns = namespaceOf(wrapper);
    if (auto found = findService(ns)) return found;
    if (!ns.empty()) return std::nullopt;
    const pugi::xml_node identity = childNamed(childNamed(envelope, "Header"), "chargeBoxIdentity");
    auto found = findService(namespaceOf(identity));
    for (pugi::xml_node node = wrapper; node && !found; node = node.parent())
      for (const pugi::xml_attribute& attribute : node.attributes())
        if (!found && std::string_view(attribute.name()).substr(0, 5) == "xmlns")
          found = findService(attribute.value());
    if (found)
      note(Quirk::NoNamespace, "the body has no namespace: the version was taken from elsewhere in the envelope");
    return found;
  }

  void rewrite(const pugi::xml_node& wrapper) {
    const ocpp::Version version = *result_.incoming.version;
    std::string& xml = result_.xml;
    xml.append("<e:Envelope xmlns:e=\"").append(soap12Namespace).append("\"><e:Body>");
    rewriteBody(xml, wrapper, serviceNamespace(dialectFor(version), result_.service),
                {version, result_.action, expected_.half}, result_.incoming.notes);
    xml.append("</e:Body></e:Envelope>");
  }

  const Expected& expected_;
  Recovered& result_;
};

}  // namespace

Recovered recover(std::string_view document, const Expected& expected) {
  Recovered result;
  Recovery(expected, result).run(document);
  return result;
}

}  // namespace ocpp_s
