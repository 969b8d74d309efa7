// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the registered CppUnit tests (those whose name contains the first argument, or all) and prints `N passed, N
// failed`.
#include <cppunit/TestResult.h>
#include <cppunit/TestResultCollector.h>
#include <cppunit/TestSuite.h>
#include <cppunit/TextOutputter.h>
#include <cppunit/extensions/TestFactoryRegistry.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <string>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string only = argc > 1 ? argv[1] : "";
  const std::unique_ptr<CppUnit::Test> all(CppUnit::TestFactoryRegistry::getRegistry().makeTest());
  CppUnit::TestResult controller;
  CppUnit::TestResultCollector collector;
  controller.addListener(&collector);
  int ran = 0;
  for (int i = 0; i < all->getChildTestCount(); ++i) {
    CppUnit::Test* each = all->getChildTestAt(i);
    if (each->getName().find(only) == std::string::npos) continue;
    const int before = collector.testFailuresTotal();
    each->run(&controller);
    ++ran;
    if (collector.testFailuresTotal() != before) std::cout << "FAIL " << each->getName() << "\n";
    if (!only.empty() && collector.testFailuresTotal() == before) std::cout << "ok   " << each->getName() << "\n";
  }
  const int failed = collector.testFailuresTotal();
  if (failed > 0) CppUnit::TextOutputter(&collector, std::cerr).write();
  std::cout << ran - failed << " passed, " << failed << " failed" << std::endl;
  return failed == 0 && ran > 0 ? 0 : 1;
}
