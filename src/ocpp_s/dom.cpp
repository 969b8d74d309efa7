// SPDX-License-Identifier: GPL-2.0-or-later
// Small helpers over pugixml.
#include "ocpp_s/dom.h"

#include "ocpp/text.h"
#include "ocpp_s/dialect.h"

namespace ocpp_s {

namespace {

std::string_view prefixOf(std::string_view qualified) {
  const std::size_t colon = qualified.find(':');
  return colon == qualified.npos ? std::string_view() : qualified.substr(0, colon);
}

// The attribute that declares the prefix ("" = the default namespace) for this element.
pugi::xml_attribute declaration(pugi::xml_node node, std::string_view prefix) {
  const std::string name = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (; node; node = node.parent())
    if (const pugi::xml_attribute found = node.attribute(name.c_str())) return found;
  return {};
}

bool isElement(const pugi::xml_node& node) { return node.type() == pugi::node_element; }

}  // namespace

bool parseDom(pugi::xml_document& document, std::string_view text) {
  constexpr unsigned flags = pugi::parse_default | pugi::parse_ws_pcdata;
  return static_cast<bool>(document.load_buffer(text.data(), text.size(), flags));
}

std::string_view localName(const pugi::xml_node& node) { return localName(std::string_view(node.name())); }

bool isNamed(const pugi::xml_node& node, std::string_view local) {
  return isElement(node) && ocpp::equalFold(localName(node), local);
}

std::string_view namespaceOf(const pugi::xml_node& node) { return declaration(node, prefixOf(node)).value(); }

std::string_view prefixOf(const pugi::xml_node& node) { return prefixOf(std::string_view(node.name())); }

pugi::xml_node firstElement(const pugi::xml_node& parent) {
  const pugi::xml_node first = parent.first_child();
  return !first || isElement(first) ? first : nextElement(first);
}

pugi::xml_node nextElement(pugi::xml_node node) {
  do node = node.next_sibling();
  while (node && !isElement(node));
  return node;
}

pugi::xml_node childNamed(const pugi::xml_node& parent, std::string_view local) {
  pugi::xml_node child = firstElement(parent);
  while (child && !isNamed(child, local)) child = nextElement(child);
  return child;
}

std::string textOf(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& child : node.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  return text;
}

std::string trimmedTextOf(const pugi::xml_node& node) { return std::string(ocpp::trimmed(textOf(node))); }

bool isNil(const pugi::xml_node& node) {
  for (const pugi::xml_attribute& attribute : node.attributes())
    if (localName(std::string_view(attribute.name())) == "nil" && attribute.as_bool()) return true;
  return false;
}

}  // namespace ocpp_s
