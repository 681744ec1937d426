"""Simulate the first scenario of this project and compare its arrangements."""

import sim

if __name__ == "__main__":
    study = sim.load_scenario("scenarios/first.toml")
    outcomes = sim.measure(sim.simulate(study))
    print(sim.compare(outcomes, baseline="plain").table(["bank.raroc", "firm.survival"]))
