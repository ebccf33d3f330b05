using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;
using Xunit;

namespace Myeloma.Fhir.Search.Tests.Requests;

/// <summary>Expressions put together at random: read or refused, never anything else.</summary>
public class HostileExpressionTests
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.Build(R4Schema.Instance);

    private static readonly string[] Pieces =
    [
        "name", "birthdate", "_id", "general-practitioner", "link[", "subject:Patient", "]", ".", "(", ")", " ", "  ", "\t", " eq ", " co ", " pr ", " and ", " or ", "not", "not(", "-", "*", ",",
        "\"", "\\", "\\\"", "'", "''", "|", "$", ":", "::", "_has:Observation:patient:code", "true", "2020-01-01", "1e400", "é", "\u0000", "\ud800", "骨", "💊", "%", "&", "<->", ":*", "!", "\r\n",
    ];

    [Fact]
    public void Each_is_read_or_refused()
    {
        var random = new Random(4);
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            foreach (var name in new[] { "_filter", "_content", "_has:Observation:patient:code", "identifier:of-type", text })
            {
                try
                {
                    SearchRequest.Bind("Patient", [new(name, text)], Registry, SearchOptions.Default with { Strict = true });
                    read++;
                }
                catch (FhirException fault)
                {
                    Assert.All(fault.Issues, issue => Assert.NotEmpty(issue.Diagnostics));
                }
            }
        }

        Assert.True(read > 1_000);
    }
}
