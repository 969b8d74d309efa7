// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the six WSDLs into facts. Its law: whatever it does not understand is an error, so no fact is passed over.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <pugixml.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/contract/facts.h"

namespace contract {

/// One operation of a port type with what its binding adds.
struct Operation {
  std::string name;
  std::string requestAction;   ///< wsaw:Action of the input; empty if there is none.
  std::string responseAction;  ///< wsaw:Action of the output; empty if there is none.
  std::string soapAction;
  std::vector<std::string> requestHeaders;  ///< Elements that the binding puts into the SOAP header.
  std::vector<std::string> responseHeaders;
  bool declaresFaults = false;
  Node request;  ///< Named as the element of the SOAP body.
  Node response;
};

struct Service {
  ocpp::Version version;
  ocpp::Role receiver;
  std::string file;
  std::vector<Operation> operations;
};

namespace uri {
constexpr std::string_view wsdl = "http://schemas.xmlsoap.org/wsdl/";
constexpr std::string_view soap = "http://schemas.xmlsoap.org/wsdl/soap12/";
constexpr std::string_view schema = "http://www.w3.org/2001/XMLSchema";
constexpr std::string_view addressing = "http://www.w3.org/2006/05/addressing/wsdl";
}  // namespace uri

/// A name with its prefix resolved.
struct QualifiedName {
  std::string space;
  std::string local;
};

inline QualifiedName resolve(pugi::xml_node context, std::string_view text, bool isAttribute = false) {
  const auto colon = text.find(':');
  const std::string prefix(colon == text.npos ? "" : text.substr(0, colon));
  const std::string local(colon == text.npos ? text : text.substr(colon + 1));
  if (isAttribute && prefix.empty()) return {"", local};
  const std::string declaration = prefix.empty() ? "xmlns" : "xmlns:" + prefix;
  for (pugi::xml_node at = context; at; at = at.parent())
    if (const auto found = at.attribute(declaration.c_str())) return {found.value(), local};
  return {"", local};
}

inline bool is(pugi::xml_node node, std::string_view space, std::string_view local) {
  if (node.type() != pugi::node_element) return false;
  const QualifiedName name = resolve(node, node.name());
  return name.space == space && name.local == local;
}

inline std::vector<pugi::xml_node> children(pugi::xml_node parent, std::string_view space, std::string_view local) {
  std::vector<pugi::xml_node> found;
  for (const pugi::xml_node child : parent.children())
    if (is(child, space, local)) found.push_back(child);
  return found;
}

/// The child elements that say something: annotations do not.
inline std::vector<pugi::xml_node> elements(pugi::xml_node parent) {
  std::vector<pugi::xml_node> found;
  for (const pugi::xml_node child : parent.children())
    if (child.type() == pugi::node_element && !is(child, uri::schema, "annotation")) found.push_back(child);
  return found;
}

/// The only child of that name. Throws std::runtime_error if there is none or a second one.
inline pugi::xml_node onlyChild(pugi::xml_node parent, std::string_view space, std::string_view local) {
  const auto found = children(parent, space, local);
  if (found.size() != 1) throw std::runtime_error("expected one " + std::string(local) + " in " + parent.path());
  return found.front();
}

inline pugi::xml_node named(pugi::xml_node parent, std::string_view space, std::string_view local,
                            const std::string& name) {
  for (const pugi::xml_node child : children(parent, space, local))
    if (name == child.attribute("name").value()) return child;
  return {};
}

/// Reads one WSDL. Every member throws std::runtime_error on what it does not understand.
class WsdlReader {
 public:
  explicit WsdlReader(const pugi::xml_document& document)
      : definitions_(onlyChild(document, uri::wsdl, "definitions")),
        schema_(onlyChild(onlyChild(definitions_, uri::wsdl, "types"), uri::schema, "schema")),
        space_(definitions_.attribute("targetNamespace").value()) {
    if (space_ != schema_.attribute("targetNamespace").value()) fail(schema_, "another target namespace");
    if (std::string_view("qualified") != schema_.attribute("elementFormDefault").value())
      fail(schema_, "elements that are not qualified");
  }

  std::vector<Operation> operations() const {
    std::vector<Operation> all;
    const pugi::xml_node binding = onlyChild(definitions_, uri::wsdl, "binding");
    for (const auto node : children(onlyChild(definitions_, uri::wsdl, "portType"), uri::wsdl, "operation")) {
      const auto bound = named(binding, uri::wsdl, "operation", node.attribute("name").value());
      if (!bound) fail(node, "an operation without binding");
      all.push_back(readOperation(node, bound));
    }
    if (all.size() != children(binding, uri::wsdl, "operation").size()) fail(binding, "an operation without port");
    return all;
  }

 private:
  [[noreturn]] static void fail(pugi::xml_node node, const std::string& what) {
    throw std::runtime_error(node.path() + " " + node.attribute("name").value() + ": " + what);
  }

  Operation readOperation(pugi::xml_node port, pugi::xml_node bound) const {
    const auto input = onlyChild(port, uri::wsdl, "input");
    const auto output = onlyChild(port, uri::wsdl, "output");
    Operation operation;
    operation.name = port.attribute("name").value();
    operation.requestAction = action(input);
    operation.responseAction = action(output);
    operation.soapAction = onlyChild(bound, uri::soap, "operation").attribute("soapAction").value();
    operation.requestHeaders = headers(onlyChild(bound, uri::wsdl, "input"));
    operation.responseHeaders = headers(onlyChild(bound, uri::wsdl, "output"));
    operation.declaresFaults = !children(port, uri::wsdl, "fault").empty();
    operation.request = readElement(part(input, input.attribute("message").value(), {}));
    operation.response = readElement(part(output, output.attribute("message").value(), {}));
    return operation;
  }

  static std::string action(pugi::xml_node half) {
    for (const auto attribute : half.attributes()) {
      const auto name = resolve(half, attribute.name(), true);
      if (name.space == uri::addressing && name.local == "Action") return attribute.value();
    }
    return {};
  }

  std::vector<std::string> headers(pugi::xml_node half) const {
    std::vector<std::string> names;
    for (const auto header : children(half, uri::soap, "header"))
      names.push_back(part(header, header.attribute("message").value(), header.attribute("part").value())
                          .attribute("name")
                          .value());
    return names;
  }

  /// The element that a part of a message stands for: the part of that name, or the only one.
  pugi::xml_node part(pugi::xml_node context, std::string_view message, const std::string& name) const {
    const auto found = named(definitions_, uri::wsdl, "message", own(context, message));
    const auto one = name.empty() ? onlyChild(found, uri::wsdl, "part") : named(found, uri::wsdl, "part", name);
    const auto element = named(schema_, uri::schema, "element", own(one, one.attribute("element").value()));
    if (!element) fail(context, "no element for message " + std::string(message));
    return element;
  }

  /// The local name of something that this WSDL declares.
  std::string own(pugi::xml_node context, std::string_view text) const {
    const auto name = resolve(context, text);
    if (name.space != space_) fail(context, "a name of another namespace: " + std::string(text));
    return name.local;
  }

  static void allowAttributes(pugi::xml_node node, std::initializer_list<std::string_view> allowed) {
    for (const auto attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
        fail(node, "unknown attribute " + std::string(name));
    }
  }

  Node readElement(pugi::xml_node element) const {
    allowAttributes(element, {"name", "type", "minOccurs", "maxOccurs"});
    Node node;
    node.name = element.attribute("name").value();
    node.min = element.attribute("minOccurs").as_int(1);
    const auto max = element.attribute("maxOccurs");
    node.max = std::string_view(max.value()) == "unbounded" ? Node::unbounded : max.as_int(1);
    readTypeOf(element, node);
    return node;
  }

  Node readAttribute(pugi::xml_node attribute) const {
    allowAttributes(attribute, {"name", "type", "use"});
    Node node;
    node.name = attribute.attribute("name").value();
    node.min = std::string_view(attribute.attribute("use").value()) == "required" ? 1 : 0;
    readTypeOf(attribute, node);
    return node;
  }

  void readTypeOf(pugi::xml_node item, Node& node) const {
    if (const auto type = item.attribute("type")) return readType(item, type.value(), node);
    for (const pugi::xml_node child : elements(item)) readDefinition(child, node);
    if (node.kind.empty()) fail(item, "no type");
  }

  void readType(pugi::xml_node context, std::string_view text, Node& node) const {
    if (const auto name = resolve(context, text); name.space == uri::schema) {
      for (const std::string_view simple : {"string", "int", "boolean", "dateTime", "decimal", "anyURI"})
        if (name.local == simple) node.kind = simple == "string" ? "text" : name.local;
      if (node.kind.empty()) fail(context, "unknown type " + name.local);
      return;
    }
    const std::string local = own(context, text);
    const auto complex = named(schema_, uri::schema, "complexType", local);
    const auto type = complex ? complex : named(schema_, uri::schema, "simpleType", local);
    if (!type) fail(context, "no type " + local);
    readDefinition(type, node);
  }

  void readDefinition(pugi::xml_node type, Node& node) const {
    allowAttributes(type, {"name"});
    if (is(type, uri::schema, "simpleType")) return readRestriction(onlyChild(type, uri::schema, "restriction"), node);
    if (!is(type, uri::schema, "complexType")) fail(type, "unknown declaration");
    node.kind = "object";
    for (const pugi::xml_node content : elements(type)) {
      if (is(content, uri::schema, "sequence"))
        readSequence(content, node);
      else if (is(content, uri::schema, "simpleContent"))
        readExtension(onlyChild(content, uri::schema, "extension"), node);
      else
        fail(content, "unknown content");
    }
  }

  void readSequence(pugi::xml_node sequence, Node& node) const {
    allowAttributes(sequence, {});
    for (const pugi::xml_node child : elements(sequence)) {
      if (!is(child, uri::schema, "element")) fail(child, "unknown content of a sequence");
      node.children.push_back(readElement(child));
    }
  }

  void readExtension(pugi::xml_node extension, Node& node) const {
    node.kind.clear();
    readType(extension, extension.attribute("base").value(), node);
    for (const pugi::xml_node child : elements(extension)) {
      if (!is(child, uri::schema, "attribute")) fail(child, "unknown content of an extension");
      node.children.push_back(readAttribute(child));
    }
  }

  void readRestriction(pugi::xml_node restriction, Node& node) const {
    readType(restriction, restriction.attribute("base").value(), node);
    for (const pugi::xml_node facet : elements(restriction)) {
      const auto value = facet.attribute("value");
      if (is(facet, uri::schema, "enumeration"))
        node.kind = "enumeration", node.literals.insert(value.value());
      else if (is(facet, uri::schema, "maxLength"))
        node.limit = value.as_uint();
      else if (is(facet, uri::schema, "fractionDigits"))
        node.kind += "." + std::string(value.value());
      else
        fail(facet, "unknown facet");
    }
  }

  pugi::xml_node definitions_;
  pugi::xml_node schema_;
  std::string space_;
};

/// The six services of the contracts below `directory`, in the order 1.2, 1.5, 1.6, each central system first. Files
/// are known by target namespace. Throws std::runtime_error if one is missing, there twice, or not understood.
inline std::vector<Service> readServices(const std::filesystem::path& directory) {
  constexpr std::pair<std::string_view, ocpp::Version> years[] = {
      {"2010/08/", ocpp::Version::V12}, {"2012/06/", ocpp::Version::V15}, {"2015/10/", ocpp::Version::V16}};
  std::vector<Service> services;
  for (const auto& [year, version] : years)
    for (const auto receiver : {ocpp::Role::CentralSystem, ocpp::Role::ChargePoint}) {
      const std::string space =
          (receiver == ocpp::Role::CentralSystem ? "urn://Ocpp/Cs/" : "urn://Ocpp/Cp/") + std::string(year);
      std::size_t files = 0;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (entry.path().extension() != ".wsdl") continue;
        pugi::xml_document document;
        if (!document.load_file(entry.path().c_str())) throw std::runtime_error("no XML: " + entry.path().string());
        if (space != document.document_element().attribute("targetNamespace").value()) continue;
        services.push_back({version, receiver, entry.path().string(), WsdlReader(document).operations()});
        ++files;
      }
      if (files != 1) throw std::runtime_error(std::to_string(files) + " files of " + space);
    }
  return services;
}

/// The services of the repository's contracts, or of those in WSDL_DIR.
inline const std::vector<Service>& services() {
  static const std::vector<Service> all = [] {
    const char* directory = std::getenv("WSDL_DIR");
    return readServices(directory != nullptr ? directory : "wsdl");
  }();
  return all;
}

}  // namespace contract
