// SPDX-License-Identifier: GPL-2.0-or-later
// One macro that turns a sentence and a block into a CppUnit test: TEST(identifier, "sentence it proves") { ... }
#pragma once

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>
#include <cppunit/extensions/HelperMacros.h>
#include <cppunit/extensions/TestFactory.h>
#include <cppunit/extensions/TestFactoryRegistry.h>

#include <string>

namespace test {

/// Registers a test case class with CppUnit's registry for the life of the program.
template <class Case>
class Registration : public CppUnit::TestFactory {
 public:
  Registration() { CppUnit::TestFactoryRegistry::getRegistry().registerFactory(this); }
  ~Registration() override { CppUnit::TestFactoryRegistry::getRegistry().unregisterFactory(this); }
  CppUnit::Test* makeTest() override { return new Case; }
};

}  // namespace test

#define TEST(identifier, sentence)                                     \
  namespace {                                                          \
  struct identifier##Case : CppUnit::TestCase {                        \
    identifier##Case() : CppUnit::TestCase(sentence) {}                \
    void runTest() override;                                           \
  };                                                                   \
  const test::Registration<identifier##Case> identifier##Registration; \
  }                                                                    \
  void identifier##Case::runTest()
