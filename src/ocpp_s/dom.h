// SPDX-License-Identifier: GPL-2.0-or-later
// Small helpers over pugixml, which knows no namespaces: local names, resolved prefixes, texts.
#pragma once

#include <pugixml.hpp>

#include <string>
#include <string_view>

namespace ocpp_s {

/// Parses leniently; texts keep their white space.
bool parseDom(pugi::xml_document& document, std::string_view text);

std::string_view localName(const pugi::xml_node& node);
/// True for an element of that local name, in any case.
bool isNamed(const pugi::xml_node& node, std::string_view local);

/// The namespace bound to the element's prefix; "" when it has none, or the prefix is not declared.
std::string_view namespaceOf(const pugi::xml_node& node);
/// The prefix of the element, "" = none.
std::string_view prefixOf(const pugi::xml_node& node);

/// The first child element (of that local name, in any case); null when there is none.
pugi::xml_node firstElement(const pugi::xml_node& parent);
pugi::xml_node childNamed(const pugi::xml_node& parent, std::string_view local);
pugi::xml_node nextElement(pugi::xml_node node);

/// All text directly inside, CDATA included.
std::string textOf(const pugi::xml_node& node);
std::string trimmedTextOf(const pugi::xml_node& node);

/// True for xsi:nil="true" whatever the prefix is bound to (L-12).
bool isNil(const pugi::xml_node& node);

}  // namespace ocpp_s
