// SPDX-License-Identifier: GPL-2.0-or-later
// The text around a body. Namespaces are declared once, on the envelope, and only those that are used (QUIRKS X17).
#include "ocpp_s/head.h"

#include "ocpp/text.h"

namespace ocpp_s {

namespace {

constexpr std::string_view anonymous = "http://www.w3.org/2005/08/addressing/anonymous";
constexpr std::string_view anonymous2004 = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";
constexpr std::string_view faultAction = "http://www.w3.org/2005/08/addressing/soap/fault";
constexpr std::string_view faultAction2004 = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";

struct Head {
  std::string& out;
  std::string_view mustUnderstand;

  void element(std::string_view prefix, std::string_view name, std::string_view attribute, std::string_view text) {
    if (text.empty()) return;
    out.append("<").append(prefix).append(":").append(name).append(attribute).append(">");
    appendEscaped(out, text);
    out.append("</").append(prefix).append(":").append(name).append(">");
  }
  void address(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out.append("<wsa:").append(name).append(">");
    element("wsa", "Address", {}, text);
    out.append("</wsa:").append(name).append(">");
  }
};

std::string_view orElse(const std::string& text, std::string_view other) {
  return text.empty() ? other : std::string_view(text);
}

void writeHeaders(Head& head, const Dialect& dialect, ocpp::Role service, Kind kind, const Header& header,
                  std::string_view action) {
  const std::string_view prefix = servicePrefix(dialect, service);
  const std::string_view here = dialect.wsa2004 ? anonymous2004 : anonymous;
  std::string operation("/");
  operation.append(action);
  if (kind == Kind::Request) {  // WA-1
    head.element(prefix, "chargeBoxIdentity", head.mustUnderstand, header.chargeBoxIdentity);
    head.element("wsa", "MessageID", {}, header.messageId);
    head.address("From", header.from);
    head.address("ReplyTo", orElse(header.replyTo, here));
    head.element("wsa", "To", head.mustUnderstand, header.to);
    head.element("wsa", "Action", head.mustUnderstand, orElse(header.action, operation));
    return;
  }
  operation.append("Response");
  if (kind == Kind::Fault) operation = dialect.wsa2004 ? faultAction2004 : faultAction;  // WA-3
  if (dialect.identityInReplies) head.element(prefix, "chargeBoxIdentity", {}, header.chargeBoxIdentity);
  head.element("wsa", "MessageID", {}, header.messageId);  // WA-2
  head.element("wsa", "RelatesTo", {}, header.relatesTo);
  head.element("wsa", "To", {}, orElse(header.to, here));
  head.element("wsa", "Action", {}, orElse(header.action, operation));
}

}  // namespace

void beginEnvelope(std::string& out, const Dialect& dialect, ocpp::Role service, Kind kind, const Header& header,
                   std::string_view action) {
  out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"")
      .append(dialect.soap11 ? soap11Namespace : soap12Namespace)
      .append("\" xmlns:wsa=\"")
      .append(dialect.wsa2004 ? wsa2004Namespace : wsa2005Namespace)
      .append("\" xmlns:")
      .append(servicePrefix(dialect, service))
      .append("=\"")
      .append(serviceNamespace(dialect, service))
      .append("\"><SOAP-ENV:Header>");
  std::string_view mustUnderstand;
  if (dialect.mustUnderstand)
    mustUnderstand = dialect.soap11 ? " SOAP-ENV:mustUnderstand=\"1\"" : " SOAP-ENV:mustUnderstand=\"true\"";
  Head head{out, mustUnderstand};
  writeHeaders(head, dialect, service, kind, header, action);
  out.append("</SOAP-ENV:Header><SOAP-ENV:Body>");
}

void endEnvelope(std::string& out) { out.append("</SOAP-ENV:Body></SOAP-ENV:Envelope>"); }

void writeFaultElement(std::string& out, const Dialect& dialect, ocpp::Role service, const ocpp::Fault& fault) {
  const ocpp::FaultRow& row = ocpp::faultRow(fault.code);
  const bool envelopeCode = row.soapSubcode.empty();  // MustUnderstand, VersionMismatch: codes of SOAP itself
  std::string_view code = row.sender ? "Sender" : "Receiver";
  if (dialect.soap11) code = row.sender ? "Client" : "Server";
  if (envelopeCode) code = fault.code == ocpp::FaultCode::MustUnderstand ? "MustUnderstand" : "VersionMismatch";
  const std::string_view reason = fault.description.empty() ? row.jsonCode : std::string_view(fault.description);

  if (dialect.soap11) {
    out.append("<SOAP-ENV:Fault><faultcode>SOAP-ENV:").append(code);
    if (!envelopeCode) out.append(".").append(row.soapSubcode);
    out.append("</faultcode><faultstring>");
    appendEscaped(out, reason);
    out.append("</faultstring></SOAP-ENV:Fault>");
    return;
  }
  out.append("<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:").append(code).append("</SOAP-ENV:Value>");
  if (!envelopeCode)
    out.append("<SOAP-ENV:Subcode><SOAP-ENV:Value>")
        .append(servicePrefix(dialect, service))
        .append(":")
        .append(row.soapSubcode)
        .append("</SOAP-ENV:Value></SOAP-ENV:Subcode>");
  out.append("</SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang=\"en\">");
  appendEscaped(out, reason);
  out.append("</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>");
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
