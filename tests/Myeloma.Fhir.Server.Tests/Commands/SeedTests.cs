using Myeloma.Fhir.Server.Commands;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Commands;

/// <summary>A load into a running server, and what a client then finds.</summary>
[Trait("Category", "Postgres")]
public sealed class SeedTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Loading_into_a_server_twice_makes_the_drugs_and_combinations_once()
    {
        var seeds = Path.Combine(RepositoryRoot.Folder, "seeds");

        Assert.Equal(ExitCode.Ok, await CommandLine.RunAsync(["load", seeds, "--server", server.BaseUrl]));
        var drugs = await server.GetAsync("/Medication?_summary=count");
        var combinations = await server.GetAsync("/PlanDefinition?member-count=ge2&_summary=count");
        var past = await server.GetAsync("/_history?_count=0");
        Assert.Equal(ExitCode.Ok, await CommandLine.RunAsync(["load", seeds, "--server", server.BaseUrl]));
        var pastAfter = await server.GetAsync("/_history?_count=0");

        Assert.Equal(18, drugs.Json.GetProperty("total").GetInt32());
        Assert.Equal(18, combinations.Json.GetProperty("total").GetInt32());
        Assert.Equal(past.Json.GetProperty("total").GetInt32(), pastAfter.Json.GetProperty("total").GetInt32());
        await PlansAreFoundByTheClassesOfTheirDrugs();
    }

    /// <summary>A class stands under two others, and a drug under two classes: the documents say so.</summary>
    private async Task PlansAreFoundByTheClassesOfTheirDrugs()
    {
        foreach (var (@class, drugs) in new[]
        {
            ("proteasome-inhibitor", "bortezomib,carfilzomib,ixazomib"),
            ("immunotherapy", "lenalidomide,pomalidomide,thalidomide"),
            ("anti-angiogenesis-agent", "lenalidomide"),
        })
        {
            const string System = "http://myeloma-fhir.org/fhir/CodeSystem/drug%7C";
            var below = await server.GetAsync($"/PlanDefinition?_count=100&_sort=_id&drug:below={System}{@class}");
            var listed = await server.GetAsync($"/PlanDefinition?_count=100&_sort=_id&drug={string.Join(',', drugs.Split(',').Select(drug => System + drug))}");
            Assert.NotEmpty(listed.Matches);
            Assert.Equal(listed.Matches, below.Matches);
        }
    }
}
