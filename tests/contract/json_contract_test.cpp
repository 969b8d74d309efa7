// SPDX-License-Identifier: GPL-2.0-or-later
// Our messages against OCPP 1.6-J: every field, whether it is required, its type, length and words. Once against our
// own table of facts, and against the published schemas where they are at hand ($OFFICIAL, $OCPP_SHARED/official,
// ../shared/official).
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/messages.h"
#include "tests/contract/compare.h"
#include "tests/contract/facts.h"
#include "tests/support/test.h"

namespace {

using contract::Difference;
using contract::Node;
using contract::What;
using nlohmann::json;

/// A difference that is meant to be. `path` is how the path ends.
struct Exception {
  std::string_view path;
  What what;
  std::string_view described;
  std::string_view contract;
  std::string_view why;
};
constexpr std::string_view mayBeEmpty = "required list without minItems";
constexpr Exception exceptions[] = {
    {"MeterValues.Request/meterValue/sampledValue/unit", What::Literals, "", "Hertz",
     "read as no unit and never written: StopTransaction does not know it (section 2.9)"},
    {"MeterValues.Request/meterValue/sampledValue/unit", What::Unreadable, "", "Hertz", "the same"},
    {"StopTransaction.Request/transactionData/sampledValue", What::Cardinality, "1..*", mayBeEmpty,
     "a MeterValue without samples is dropped (section 4.3)"},
    {"chargingSchedule/chargingSchedulePeriod", What::Cardinality, "1..*", mayBeEmpty,
     "OCPP-S demands one; an empty list is refused (section 4.3)"},
};

/// A contract: a tree per message (`Authorize.Request`), and the required lists without minItems.
struct Contract {
  std::map<std::string, Node> messages;
  std::vector<std::string> mayBeEmptyLists;
};

// --- our own table

Node factNode(std::istringstream& line, const std::string& path, Contract& contract) {
  Node node;
  std::string cardinality;
  line >> cardinality >> node.kind;
  CPPUNIT_ASSERT_MESSAGE(
      path, cardinality.size() == 1 && std::string_view("1?+!*").find(cardinality) != std::string_view::npos);
  node.min = cardinality == "?" || cardinality == "*" ? 0 : 1;
  node.max = cardinality == "1" || cardinality == "?" ? 1 : Node::unbounded;
  if (cardinality == "!") contract.mayBeEmptyLists.push_back(path);
  if (node.kind == "text") line >> node.limit;
  for (std::string word; node.kind == "enumeration" && line >> word;) node.literals.insert(word);
  return node;
}

/// The node of `path` below `root`, whose own path is the part before the first slash.
Node& descend(Node& root, std::string_view path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return root;
  const std::string_view rest = path.substr(slash + 1);
  const std::string_view name = rest.substr(0, rest.find('/'));
  for (Node& child : root.children)
    if (child.name == name) return descend(child, rest);
  root.children.emplace_back().name = name;
  return root.children.back();
}

Contract readFacts() {
  const auto path = std::filesystem::path(__FILE__).parent_path() / "facts_16j.txt";
  std::ifstream file(path);
  CPPUNIT_ASSERT_MESSAGE(path.string(), file.is_open());
  Contract contract;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text.front() == '#') continue;
    std::istringstream line(text);
    std::string field;
    line >> field;
    const Node node = factNode(line, field, contract);
    Node& place = descend(contract.messages[field.substr(0, field.find('/'))], field);
    const std::string name = place.name;
    place = node;
    place.name = name;
  }
  return contract;
}

// --- the published schemas

std::string schemaKind(const json& schema) {
  const std::string type = schema.at("type");
  if (schema.contains("enum")) return "enumeration";
  if (type == "integer") return "int";
  if (type == "number") return schema.at("multipleOf") == 0.1 ? "decimal.1" : "number";
  const std::string format = schema.value("format", json()).is_string() ? schema.at("format").get<std::string>() : "";
  if (type == "string") return format == "date-time" ? "dateTime" : format == "uri" ? "anyURI" : "text";
  return type;
}

/// The tree of `schema`, a part of the document `root`.
Node schemaNode(const json& root, const json& schema, const std::string& path, bool required, Contract& contract) {
  if (schema.contains("$ref"))
    return schemaNode(root, root.at(json::json_pointer(schema.at("$ref").get<std::string>().substr(1))), path, required,
                      contract);
  if (schema.at("type") == "array") {
    if (required && schema.value("minItems", 0) == 0) contract.mayBeEmptyLists.push_back(path);
    Node node = schemaNode(root, schema.at("items"), path, required, contract);
    node.max = Node::unbounded;
    return node;
  }
  Node node;
  node.kind = schemaKind(schema);
  node.min = required ? 1 : 0;
  node.limit = schema.value("maxLength", std::size_t(0));
  if (schema.contains("enum")) node.literals = schema.at("enum").get<std::multiset<std::string>>();
  const json properties = schema.value("properties", json::object());
  const json needed = schema.value("required", json::array());
  if (node.kind == "object") CPPUNIT_ASSERT_MESSAGE(path, schema.value("additionalProperties", true) == false);
  for (const auto& [name, property] : properties.items()) {
    const bool isNeeded = std::find(needed.begin(), needed.end(), name) != needed.end();
    node.children.push_back(schemaNode(root, property, path + "/" + name, isNeeded, contract));
    node.children.back().name = name;
  }
  return node;
}

/// The schemas of the reference material; no messages where it is absent.
Contract readSchemas() {
  const char* official = std::getenv("OFFICIAL");
  const char* shared = std::getenv("OCPP_SHARED");
  const std::string where = official ? official : std::string(shared ? shared : "../shared") + "/official";
  const auto folder = std::filesystem::path(where) / "json-1.6";
  Contract contract;
  if (!std::filesystem::is_directory(folder)) {
    std::cout << "skipped: no schemas in " << folder.string() << std::endl;
    return contract;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::string message = entry.path().stem().string();
    const std::size_t end = message.rfind("Response");
    message = end == std::string::npos ? message + ".Request" : message.substr(0, end) + ".Response";
    std::ifstream file(entry.path());
    const json schema = json::parse(file);
    contract.messages[message] = schemaNode(schema, schema, message, true, contract);
  }
  return contract;
}

// --- the comparison

template <class M>
void compareMessage(const std::string& path, const Contract& contract, std::vector<Difference>& differences) {
  const auto found = contract.messages.find(path);
  if (found == contract.messages.end()) {
    differences.push_back({path, What::Absent, "object", ""});
    return;
  }
  contract::Comparison comparison(ocpp::Encoding::Json16);
  comparison.compare(path, contract::described<M>(ocpp::Encoding::Json16), found->second);
  for (const Difference& each : comparison.differences())
    if (each.what != What::Order) differences.push_back(each);  // JSON objects have no order
}

/// Every difference between describe() and the contract, in either direction.
std::vector<Difference> compareAll(const Contract& contract) {
  std::vector<Difference> differences;
  ocpp::Actions::forEach([&](auto tag) {
    using A = typename decltype(tag)::type;
    compareMessage<typename A::Request>(std::string(A::action) + ".Request", contract, differences);
    compareMessage<typename A::Response>(std::string(A::action) + ".Response", contract, differences);
  });
  for (const std::string& path : contract.mayBeEmptyLists)
    differences.push_back({path, What::Cardinality, "1..*", std::string(mayBeEmpty)});
  return differences;
}

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// What no exception explains, and the exceptions that explain nothing.
std::string complaints(const std::vector<Difference>& differences) {
  std::string all;
  bool used[std::size(exceptions)] = {};
  for (const Difference& each : differences) {
    bool known = false;
    for (std::size_t i = 0; i < std::size(exceptions); ++i)
      if (const Exception& row = exceptions[i]; endsWith(each.path, row.path) && row.what == each.what &&
                                                row.described == each.described && row.contract == each.contract)
        known = used[i] = true;
    if (!known) all += each.text() + "\n";
  }
  for (std::size_t i = 0; i < std::size(exceptions); ++i)
    if (!used[i]) all += std::string(exceptions[i].path) + ": out of date, there is no such difference\n";
  return all;
}

}  // namespace

TEST(JsonFacts,
     "Every message has the fields, types, lengths and words of OCPP 1.6-J, as our table of facts has them") {
  CPPUNIT_ASSERT_EQUAL(std::string(), complaints(compareAll(readFacts())));
}

TEST(JsonSchemas, "Every message has the fields, types, lengths and words of the published OCPP 1.6-J schemas") {
  const Contract contract = readSchemas();
  if (contract.messages.empty()) return;
  CPPUNIT_ASSERT_EQUAL(std::string(), complaints(compareAll(contract)));
}

TEST(JsonSurface, "We have every action of OCPP 1.6-J and of its security extension, and no other") {
  const Contract facts = readFacts();
  CPPUNIT_ASSERT_EQUAL(2 * ocpp::actionCount, facts.messages.size());
  for (const auto& [name, message] : facts.messages)
    CPPUNIT_ASSERT_MESSAGE(name, ocpp::findAction(name.substr(0, name.find('.'))));
}

TEST(JsonTemperature, "Temperatures have both spellings, Celsius and Celcius (MV-8)") {
  const Contract facts = readFacts();
  const Node* node = &facts.messages.at("MeterValues.Request");
  for (const auto* name : {"meterValue", "sampledValue", "unit"})
    node = &*std::find_if(node->children.begin(), node->children.end(),
                          [&](const Node& child) { return child.name == name; });
  for (const auto* word : {"Celsius", "Celcius"}) {
    CPPUNIT_ASSERT(node->literals.count(word) == 1);
    CPPUNIT_ASSERT(contract::readsExactly<ocpp::UnitOfMeasure>(word, ocpp::Encoding::Json16));
  }
}

namespace {

/// Authorize with one letter wrong, and with everything else that can go wrong in one field.
struct Misspelt {
  ocpp::IdToken idTga;
  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(idTga);
  }
};
struct WrongLimit {
  std::optional<ocpp::Text<21>> idTag;
  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(idTag);
  }
};

}  // namespace

TEST(JsonContractSees, "A misspelt field, a wrong limit and a wrong cardinality do not go unseen") {
  const Contract facts = readFacts();
  std::vector<Difference> found;
  compareMessage<Misspelt>("Authorize.Request", facts, found);
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), found.size());
  CPPUNIT_ASSERT(found[0].what == What::Absent && found[0].path == "Authorize.Request/idTga");
  CPPUNIT_ASSERT(found[1].what == What::Undescribed && found[1].path == "Authorize.Request/idTag");
  found.clear();
  compareMessage<WrongLimit>("Authorize.Request", facts, found);
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), found.size());
  CPPUNIT_ASSERT(found[0].what == What::Cardinality);
  CPPUNIT_ASSERT(found[1].what == What::Limit);
}
