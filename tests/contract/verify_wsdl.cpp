// SPDX-License-Identifier: GPL-2.0-or-later
// verify-wsdl OURS OFFICIAL: compares two sets of the six OCPP contracts fact by fact and prints every difference.
//
// Its law: everything a file says is a fact unless it is listed here as not being one. A fact is a path and a value;
// names are qualified by namespace, absent attributes get their default, and only order that means something is
// kept. Not facts: file names and layout, prefixes, comments, documentation, order of declarations and literals.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr auto wsdlNs = "http://schemas.xmlsoap.org/wsdl/"sv;
constexpr auto soapNs = "http://schemas.xmlsoap.org/wsdl/soap12/"sv;
constexpr auto schemaNs = "http://www.w3.org/2001/XMLSchema"sv;

/// Short names for namespaces in paths; any other namespace is written out as {uri}.
constexpr std::pair<std::string_view, std::string_view> labels[] = {
    {wsdlNs, ""},
    {soapNs, "soap12:"},
    {schemaNs, "xs:"},
    {"http://www.w3.org/2006/05/addressing/wsdl", "wsaw:"},
    {"http://schemas.xmlsoap.org/ws/2004/09/policy", "wsp:"},
    {"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd", "wsu:"},
    {"", "{}"},
};

/// The contracts that both sides must have.
constexpr std::string_view contracts[] = {
    "urn://Ocpp/Cs/2010/08/", "urn://Ocpp/Cp/2010/08/", "urn://Ocpp/Cs/2012/06/",
    "urn://Ocpp/Cp/2012/06/", "urn://Ocpp/Cs/2015/10/", "urn://Ocpp/Cp/2015/10/",
};

/// Attributes without a namespace whose value is a qualified name, or a list of them.
constexpr std::string_view nameAttributes[] = {"type",  "base",    "ref",     "substitutionGroup", "itemType",
                                               "refer", "element", "message", "binding",           "memberTypes"};

/// What an absent attribute means (WSDL 1.1, its SOAP 1.2 binding, XML Schema part 1).
struct Default {
  std::string_view element;
  std::string_view attribute;
  std::string_view value;
};
constexpr Default defaults[] = {
    {"xs:schema", "elementFormDefault", "unqualified"},
    {"xs:schema", "attributeFormDefault", "unqualified"},
    {"xs:element", "minOccurs", "1"},
    {"xs:element", "maxOccurs", "1"},
    {"xs:element", "nillable", "false"},
    {"xs:sequence", "minOccurs", "1"},
    {"xs:sequence", "maxOccurs", "1"},
    {"xs:choice", "minOccurs", "1"},
    {"xs:choice", "maxOccurs", "1"},
    {"xs:all", "minOccurs", "1"},
    {"xs:all", "maxOccurs", "1"},
    {"xs:any", "minOccurs", "1"},
    {"xs:any", "maxOccurs", "1"},
    {"xs:attribute", "use", "optional"},
    {"xs:complexType", "mixed", "false"},
    {"xs:complexType", "abstract", "false"},
    {"soap12:binding", "style", "document"},
    {"soap12:operation", "soapActionRequired", "true"},
    {"soap12:binding", "wsdl:required", "false"},
    {"soap12:header", "wsdl:required", "false"},
    {"wsaw:UsingAddressing", "wsdl:required", "false"},
};

/// Path -> value. An element is its path with an empty value, an attribute its element's path + "/@name".
using Facts = std::map<std::string, std::string>;

/// Target namespace -> facts of that contract.
using Contracts = std::map<std::string, Facts>;

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

std::string label(std::string_view ns) {
  for (auto& [uri, shortName] : labels) {
    if (uri == ns) return std::string(shortName);
  }
  return "{" + std::string(ns) + "}";
}

/// The namespace that `prefix` ("" = default) is bound to at `node`; "?" and the prefix when it is not bound.
std::string boundTo(pugi::xml_node node, const std::string& prefix) {
  const std::string wanted = prefix.empty() ? "xmlns" : "xmlns:" + prefix;
  for (; node; node = node.parent()) {
    if (auto declaration = node.attribute(wanted.c_str())) return declaration.value();
  }
  return prefix.empty() ? "" : prefix == "xml" ? "http://www.w3.org/XML/1998/namespace" : "?unbound " + prefix;
}

/// {namespace label, local name} of a prefixed name; attributes do not take the default namespace.
std::pair<std::string, std::string> split(pugi::xml_node scope, const std::string& name, bool isAttribute) {
  const auto colon = name.find(':');
  if (colon == std::string::npos) return {isAttribute ? "" : label(boundTo(scope, "")), name};
  const auto ns = boundTo(scope, name.substr(0, colon));
  return {ns == wsdlNs ? (isAttribute ? "wsdl:" : "") : label(ns), name.substr(colon + 1)};
}

std::string qualified(pugi::xml_node scope, const std::string& name, bool isAttribute = false) {
  const auto [ns, local] = split(scope, name, isAttribute);
  return ns + local;
}

/// Whitespace collapsed as XML Schema does for every attribute type used here.
std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (auto& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

std::string attributeValue(pugi::xml_node node, const std::string& name, const std::string& raw) {
  static constexpr std::string_view flags[] = {"nillable",           "abstract",      "mixed",
                                               "soapActionRequired", "wsdl:required", "fixed"};
  const auto element = qualified(node, node.name());
  if (contains(nameAttributes, name)) {
    auto names = words(raw);
    for (auto& each : names) each = qualified(node, each);
    return joined(names);
  }
  const bool isFixedValue = name == "fixed" && (element == "xs:element" || element == "xs:attribute");
  if (contains(flags, name) && !isFixedValue) return raw == "1" ? "true" : raw == "0" ? "false" : raw;
  return raw;
}

/// All attributes of `node` by qualified name, defaults filled in.
std::map<std::string, std::string> attributesOf(pugi::xml_node node) {
  std::map<std::string, std::string> all;
  for (auto attribute : node.attributes()) {
    const std::string raw = attribute.name();
    if (raw == "xmlns" || raw.rfind("xmlns:", 0) == 0) continue;
    const auto name = qualified(node, raw, true);
    all[name] = attributeValue(node, name, attribute.value());
  }
  const auto element = qualified(node, node.name());
  const bool isGlobal = qualified(node.parent(), node.parent().name()) == "xs:schema";
  for (auto& row : defaults) {
    if (row.element != element) continue;
    if (isGlobal && (row.attribute == "minOccurs" || row.attribute == "maxOccurs")) continue;
    all.emplace(row.attribute, row.value);
  }
  return all;
}

/// `form`, `style` and the names of inputs and outputs are derived: state what holds, wherever it was written.
void inherit(pugi::xml_node node, const std::string& element, std::map<std::string, std::string>& attributes) {
  if (element == "soap12:operation" && attributes.count("style") == 0) {
    for (auto sibling : node.parent().parent().children()) {
      if (qualified(sibling, sibling.name()) == "soap12:binding") attributes["style"] = attributesOf(sibling)["style"];
    }
  }
  const std::string operation = node.parent().attribute("name").value();
  if (element == "input") attributes.emplace("name", operation + "Request");
  if (element == "output") attributes.emplace("name", operation + "Response");
  if (element != "xs:element" && element != "xs:attribute") return;
  auto schema = node.parent();
  if (qualified(schema, schema.name()) == "xs:schema" || attributes.count("ref") != 0) return;
  while (schema && qualified(schema, schema.name()) != "xs:schema") schema = schema.parent();
  const auto formDefault = element == "xs:element" ? "elementFormDefault" : "attributeFormDefault";
  attributes.emplace("form", attributesOf(schema)[formDefault]);
}

/// How a child is told from its siblings in a path: `element[idTag]`, `enumeration[Accepted]`, `message[Header]`.
std::string keyOf(const std::string& element, const std::map<std::string, std::string>& attributes) {
  if (element == "input" || element == "output") return element;
  for (auto name : {"name", "ref", "wsu:Id", "targetNamespace", "namespace", "part"}) {
    if (auto found = attributes.find(name); found != attributes.end()) return element + "[" + found->second + "]";
  }
  const bool isSet = element == "xs:enumeration" || element == "xs:pattern";
  const auto value = attributes.find("value");
  return isSet && value != attributes.end() ? element + "[" + value->second + "]" : element;
}

bool isProse(const std::string& element) {
  return element == "documentation" || element == "xs:annotation" || element == "xs:documentation";
}

/// Collects the facts of `node`, whose path is `path`, and of everything inside it.
void collect(pugi::xml_node node, const std::string& path, const std::map<std::string, std::string>& attributes,
             Facts& facts) {
  facts[path] = "";
  for (auto& [name, value] : attributes) facts[path + "/@" + name] = value;
  std::map<std::string, int> seen;
  std::vector<std::string> order;
  for (auto child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      facts[path + "/text()"] += joined(words(child.value()));
    }
    if (child.type() != pugi::node_element) continue;
    const auto element = qualified(child, child.name());
    if (isProse(element)) continue;
    auto own = attributesOf(child);
    inherit(child, element, own);
    auto key = keyOf(element, own);
    if (const int count = ++seen[key]; count > 1) key += "#" + std::to_string(count);
    order.push_back(key);
    collect(child, path + "/" + key, own, facts);
  }
  // Order means something between the particles of a sequence, and between input and output of an abstract operation.
  const auto element = qualified(node, node.name());
  const bool isAbstract = element == "operation" && qualified(node.parent(), node.parent().name()) == "portType";
  if (element == "xs:sequence" || isAbstract) facts[path + "/order"] = joined(order);
}

/// Every contract in DIR/*.wsdl and DIR/*/*.wsdl (as wsdl/find.sh looks for them). What cannot be read, is missing or
/// comes twice is reported and counted in `problems`.
Contracts load(const fs::path& dir, int& problems) {
  std::vector<fs::path> files;
  const auto options = fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(dir, options); entry != fs::end(entry); ++entry) {
    if (entry.depth() == 1) entry.disable_recursion_pending();
    if (entry->is_regular_file() && entry->path().extension() == ".wsdl") files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  Contracts all;
  const auto complain = [&](const fs::path& file, const std::string& what) {
    std::cout << file.string() << ": " << what << "\n";
    ++problems;
  };
  for (auto& file : files) {
    pugi::xml_document document;
    const auto parsed = document.load_file(file.c_str());
    const auto root = document.document_element();
    if (!parsed) {
      complain(file, parsed.description());
    } else if (qualified(root, root.name()) != "definitions") {
      complain(file, "is not a WSDL 1.1 document");
    } else {
      const std::string ns = root.attribute("targetNamespace").value();
      if (all.count(ns) != 0) complain(file, "second file with targetNamespace " + ns);
      collect(root, "definitions", attributesOf(root), all[ns]);
    }
  }
  for (auto ns : contracts) {
    if (all.count(std::string(ns)) == 0) complain(dir, "no file with targetNamespace " + std::string(ns));
  }
  return all;
}

/// Prints what `left` has and `right` lacks; a missing element is one difference, its content is not repeated.
int printMissing(const std::string& ns, const Facts& left, const Facts& right, std::string_view owner) {
  std::vector<std::string> gone;
  int count = 0;
  for (auto& [path, value] : left) {
    if (right.count(path) != 0) continue;
    const auto isInside = [&path = path](const std::string& each) { return path.rfind(each + "/", 0) == 0; };
    if (std::any_of(gone.begin(), gone.end(), isInside)) continue;
    gone.push_back(path);
    ++count;
    std::cout << ns << " " << path << ": only in " << owner << (value.empty() ? "" : ", \"" + value + "\"") << "\n";
  }
  return count;
}

int printChanged(const std::string& ns, const Facts& ours, const Facts& official) {
  int count = 0;
  for (auto& [path, value] : ours) {
    const auto other = official.find(path);
    if (other == official.end() || other->second == value) continue;
    ++count;
    std::cout << ns << " " << path << ": ours \"" << value << "\", official \"" << other->second << "\"\n";
  }
  return count;
}

struct Outcome {
  int differences = 0;
  std::size_t compared = 0;  ///< facts of the official side that ours was held against
};

/// Both directions, contract by contract. A contract that one side lacks altogether is a difference.
Outcome compare(const Contracts& ours, const Contracts& official) {
  Outcome outcome;
  for (auto& [ns, facts] : ours) {
    const auto other = official.find(ns);
    if (other == official.end()) {
      std::cout << ns << ": only in ours\n";
      ++outcome.differences;
      continue;
    }
    outcome.compared += other->second.size();
    outcome.differences += printChanged(ns, facts, other->second);
    outcome.differences += printMissing(ns, facts, other->second, "ours");
    outcome.differences += printMissing(ns, other->second, facts, "official");
  }
  for (auto& [ns, facts] : official) {
    if (ours.count(ns) != 0) continue;
    std::cout << ns << ": only in official\n";
    ++outcome.differences;
  }
  return outcome;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || !fs::is_directory(argv[1]) || !fs::is_directory(argv[2])) {
    std::cerr << "usage: verify-wsdl OURS_DIR OFFICIAL_DIR\n";
    return 2;
  }
  int unreadable = 0;
  const auto ours = load(argv[1], unreadable);
  const auto official = load(argv[2], unreadable);
  const auto outcome = compare(ours, official);
  if (unreadable + outcome.differences > 0 || outcome.compared == 0) {
    std::cout << "verify-wsdl: " << unreadable + outcome.differences << " differences\n";
    return 1;
  }
  std::cout << "verify-wsdl: " << ours.size() << " contracts, " << outcome.compared
            << " facts compared, no difference\n";
  return 0;
}
