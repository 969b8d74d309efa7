// SPDX-License-Identifier: GPL-2.0-or-later
// The text around a body. Namespaces are declared once, on the envelope, and only those that are used (QUIRKS X17).
#include "ocpp_s/head.h"

#include "ocpp/text.h"

namespace ocpp_s {

namespace {

struct Prefixes {
  std::string_view soap, wsa;
};
Prefixes prefixesOf(const Dialect& dialect) {
  if (dialect.habits.has(Quirk::PrefixesSA)) return {"s", "a"};  // QUIRKS X1
  if (dialect.habits.has(Quirk::PrefixesWsa5)) return {"SOAP-ENV", "wsa5"};
  return {"SOAP-ENV", "wsa"};
}

std::string_view orElse(const std::string& text, std::string_view other) {
  return text.empty() ? other : std::string_view(text);
}

/// The headers of one envelope.
class Head {
 public:
  Head(std::string& out, const Dialect& dialect, ocpp::Role service, const Header& header)
      : out_(out), dialect_(dialect), service_(service), header_(header), prefixes_(prefixesOf(dialect)) {}

  void request(std::string_view operation) {  // WA-1
    const bool must = has(Quirk::MustUnderstand);
    identity(must);
    if (has(Quirk::OnlyIdentity)) return;
    element("MessageID", header_.messageId);
    if (!has(Quirk::NoFrom)) address("From", header_.from, has(Quirk::BareFrom));
    address("ReplyTo", orElse(header_.replyTo, here()), false);
    element("To", header_.to, must);
    element("Action", orElse(header_.action, "/" + std::string(operation)), must);
  }

  void reply(std::string_view operation) {  // WA-2
    std::string action("/");
    action.append(operation).append("Response");
    if (has(Quirk::UrnAction) && dialect_.version == ocpp::Version::V12)  // QUIRKS: CXF's default without wsaw:Action
      action.insert(0, std::string(serviceNamespace(dialect_, service_)) +
                           (service_ == ocpp::Role::ChargePoint ? "ChargePointService" : "CentralSystemService"));
    common(action);
  }

  void fault() { common(std::string(addressingRow(dialect_.manner.addressing).faultAction)); }  // WA-3

 private:
  bool has(Quirk habit) const { return dialect_.habits.has(habit); }
  std::string_view here() const { return addressingRow(dialect_.manner.addressing).anonymous; }

  void common(const std::string& action) {
    const bool must = has(Quirk::ReplyMustUnderstand);
    if (has(Quirk::ReplyIdentity) || has(Quirk::OnlyIdentity)) identity(false);
    if (has(Quirk::OnlyIdentity)) return;
    if (!has(Quirk::NoReplyMessageId)) element("MessageID", header_.messageId);
    element("RelatesTo", header_.relatesTo);
    element("To", orElse(header_.to, here()), must);
    element("Action", orElse(header_.action, action), must);
  }

  void identity(bool must) {
    if (header_.chargeBoxIdentity.empty()) return;
    if (has(Quirk::PrefixesSA)) {  // such peers look for it without prefix
      out_.append("<chargeBoxIdentity xmlns=\"").append(serviceNamespace(dialect_, service_)).append("\"");
      mustUnderstand(must);
      out_.append(">");
      appendEscaped(out_, header_.chargeBoxIdentity);
      out_.append("</chargeBoxIdentity>");
      return;
    }
    element(servicePrefix(dialect_, service_), "chargeBoxIdentity", header_.chargeBoxIdentity, must);
  }

  void mustUnderstand(bool must) {
    if (!must) return;
    out_.append(" ").append(prefixes_.soap).append(":mustUnderstand=\"");
    out_.append(dialect_.manner.soap11 ? "1\"" : "true\"");
  }

  void element(std::string_view name, std::string_view text, bool must = false) {
    element(prefixes_.wsa, name, text, must);
  }
  void element(std::string_view prefix, std::string_view name, std::string_view text, bool must) {
    if (text.empty()) return;
    out_.append("<").append(prefix).append(":").append(name);
    mustUnderstand(must);
    out_.append(">");
    appendEscaped(out_, text);
    out_.append("</").append(prefix).append(":").append(name).append(">");
  }
  void address(std::string_view name, std::string_view text, bool bare) {
    if (bare) return element(name, text);
    if (text.empty()) return;
    out_.append("<").append(prefixes_.wsa).append(":").append(name).append(">");
    element("Address", text);
    out_.append("</").append(prefixes_.wsa).append(":").append(name).append(">");
  }

  std::string& out_;
  const Dialect& dialect_;
  const ocpp::Role service_;
  const Header& header_;
  const Prefixes prefixes_;
};

}  // namespace

void beginEnvelope(std::string& out, const Dialect& dialect, ocpp::Role service, Kind kind, const Header& header,
                   std::string_view action) {
  const Prefixes prefixes = prefixesOf(dialect);
  if (!dialect.habits.has(Quirk::NoDeclaration)) out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  out.append("<").append(prefixes.soap).append(":Envelope xmlns:").append(prefixes.soap).append("=\"");
  out.append(dialect.manner.soap11 ? soap11Namespace : soap12Namespace);
  out.append("\" xmlns:").append(prefixes.wsa).append("=\"").append(addressingRow(dialect.manner.addressing).ns);
  out.append("\" xmlns:").append(servicePrefix(dialect, service)).append("=\"");
  out.append(serviceNamespace(dialect, service)).append("\"><").append(prefixes.soap).append(":Header>");
  Head head(out, dialect, service, header);
  switch (kind) {
    case Kind::Request: head.request(action); break;
    case Kind::Reply: head.reply(action); break;
    case Kind::Fault: head.fault(); break;
  }
  out.append("</").append(prefixes.soap).append(":Header><").append(prefixes.soap).append(":Body>");
}

void endEnvelope(std::string& out, const Dialect& dialect) {
  const std::string_view soap = prefixesOf(dialect).soap;
  out.append("</").append(soap).append(":Body></").append(soap).append(":Envelope>");
}

void writeFaultElement(std::string& out, const Dialect& dialect, ocpp::Role service, const ocpp::Fault& fault) {
  const ocpp::FaultRow& row = ocpp::faultRow(fault.code);
  const bool soap11 = dialect.manner.soap11;
  const bool envelopeCode = row.soapSubcode.empty();  // MustUnderstand, VersionMismatch: codes of SOAP itself
  std::string_view code = row.sender ? "Sender" : "Receiver";
  if (soap11) code = row.sender ? "Client" : "Server";
  if (envelopeCode) code = fault.code == ocpp::FaultCode::MustUnderstand ? "MustUnderstand" : "VersionMismatch";
  const std::string_view reason = fault.description.empty() ? row.jsonCode : std::string_view(fault.description);
  const std::string_view s = prefixesOf(dialect).soap;
  const auto open = [&](std::string_view name, std::string_view attribute = {}) {
    out.append("<").append(s).append(":").append(name).append(attribute).append(">");
  };
  const auto close = [&](std::string_view name) { out.append("</").append(s).append(":").append(name).append(">"); };

  open("Fault");
  if (soap11) {
    out.append("<faultcode>").append(s).append(":").append(code);
    if (!envelopeCode) out.append(".").append(row.soapSubcode);
    out.append("</faultcode><faultstring>");
    appendEscaped(out, reason);
    out.append("</faultstring>");
    return close("Fault");
  }
  open("Code");
  open("Value");
  out.append(s).append(":").append(code);  // F5: with the prefix of the envelope
  close("Value");
  if (!envelopeCode) {
    open("Subcode");
    open("Value");
    out.append(servicePrefix(dialect, service)).append(":").append(row.soapSubcode);
    close("Value");
    close("Subcode");
  }
  close("Code");
  open("Reason");
  open("Text", " xml:lang=\"en\"");
  appendEscaped(out, reason);
  close("Text");
  close("Reason");
  close("Fault");
}

std::string_view compiledPrefix(const Dialect& dialect, ocpp::Role service) {
  return servicePrefix(dialectFor(dialect.version), service);
}

void renamePrefix(std::string& out, std::size_t start, const Dialect& dialect, ocpp::Role service) {
  const std::string from = std::string(compiledPrefix(dialect, service)) + ":";
  const std::string to = std::string(servicePrefix(dialect, service)) + ":";
  for (std::size_t at = out.find('<', start); at != out.npos; at = out.find('<', at + 1)) {  // `<` is in tags only
    const std::size_t name = out[at + 1] == '/' ? at + 2 : at + 1;
    if (out.compare(name, from.size(), from) == 0) out.replace(name, from.size(), to);
  }
}

void appendEscaped(std::string& out, std::string_view text) {
  std::string legal;
  if (!ocpp::isXmlText(text)) {
    legal = ocpp::toXmlText(text);  // L-6
    text = legal;
  }
  for (;;) {
    const std::size_t at = text.find_first_of("&<>\"\r");
    out.append(text.substr(0, at));
    if (at == text.npos) return;
    switch (text[at]) {
      case '&': out.append("&amp;"); break;
      case '<': out.append("&lt;"); break;
      case '>': out.append("&gt;"); break;
      case '"': out.append("&quot;"); break;
      default: out.append("&#xD;"); break;  // a bare CR would be read as LF
    }
    text.remove_prefix(at + 1);
  }
}

}  // namespace ocpp_s
