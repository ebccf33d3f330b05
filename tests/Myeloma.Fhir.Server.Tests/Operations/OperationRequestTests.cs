using System.Text;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <remarks>https://hl7.org/fhir/R4/operations.html#request</remarks>
public sealed class OperationRequestTests
{
    private static readonly OperationDefinition Compare = new()
    {
        Name = "$compare",
        Url = "http://example.org/OperationDefinition/compare",
        Levels = OperationLevels.System | OperationLevels.Instance,
        ResourceTypes = ["Patient"],
        Parameters =
        [
            new("resource", "Resource"),
            new("mode", "code"),
            new("profile", "canonical", Max: int.MaxValue),
            new("limit", "integer"),
            new("all", "boolean"),
            new("coding", "Coding"),
            new("variables", null),
            new("anything", OperationParameter.Any),
        ],
    };

    [Fact]
    public void Parameters_of_the_URL_and_of_a_raw_body_are_read_together()
    {
        var request = Request([new("mode", "create"), new("profile", "http://a"), new("profile", "http://b"), new("limit", "-3"), new("all", "true")], """{"resourceType":"Patient","id":"1"}""");

        Assert.Equal("create", request.Text("mode"));
        Assert.Equal(["http://a", "http://b"], request.Texts("profile"));
        Assert.Equal(-3, request.Integer("limit"));
        Assert.True(request.Boolean("all"));
        Assert.True(request.TryResource("resource", out var resource));
        Assert.Equal(("1", null, 1, 1), (resource.Document.Id, resource.Expression, resource.Line, resource.Column));
    }

    [Fact]
    public void Parameters_of_a_body_are_read_and_lines_of_a_resource_in_it_are_those_of_the_body()
    {
        var request = Request([], """
            {"resourceType":"Parameters","parameter":[
              {"name":"mode","valueString":"create"},
              {"name":"coding","valueCoding":{"code":"x"}},
              {"name":"variables","part":[{"name":"a","valueInteger":1}]},
              {"name":"resource","resource":{"resourceType":"Patient",
                "gender":"wrong"}}]}
            """);

        Assert.Equal("create", request.Text("mode"));
        Assert.Equal("x", request.Value("coding")?.TextOf("code"));
        Assert.Equal("a", request.Arguments("variables").Single().Parameter?.Child("part")?.TextOf("name"));
        Assert.True(request.TryResource("resource", out var resource));
        Assert.Equal("Parameters.parameter[3].resource", resource.Expression);
        var fault = Assert.Single(resource.InBody(ResourceIntake.Errors(resource.Document)));
        Assert.Equal(("Patient.gender", 6, 14), (fault.Expression, fault.Line, fault.Column));
        Assert.Equal((5, 34 + 2), (resource.InBody(Issue.Structure("", null, 1, 4)).Line, resource.InBody(Issue.Structure("", null, 1, 4)).Column));
    }

    [Fact]
    public void All_faults_are_told_together()
    {
        var fault = Assert.Throws<FhirException>(() => Request(
            [new("mode", "create"), new("limit", "many"), new("coding", "x"), new("all", "yes")],
            """
            {"resourceType":"Parameters","parameter":[
              {"name":"mode","valueCode":"update"},
              {"name":"profile","valueInteger":1},
              {"name":"coding","part":[{"name":"a","valueInteger":1}]},
              {"name":"resource","valueString":"x"},
              {"name":"limit","resource":{"resourceType":"Patient"}}]}
            """));

        Assert.Equal(
            [
                "The parameter 'limit' is an integer, not 'many': a whole number from -2147483648 to 2147483647.",
                "The parameter 'coding' is a Coding and can't stand in the URL; send Parameters by POST.",
                "The parameter 'all' is a boolean, not 'yes': it is true or false.",
                "Parameters.parameter[1] The parameter 'profile' is a canonical, not an integer.",
                "Parameters.parameter[2] The parameter 'coding' is a Coding, not a group of parts.",
                "Parameters.parameter[3] The parameter 'resource' is a resource, not a string.",
                "Parameters.parameter[4].resource The parameter 'limit' is an integer, not a Patient.",
                "Parameters.parameter[0] The parameter 'mode' was given 2 times; it may be given once.",
            ],
            fault.Issues.Select(issue => $"{issue.Expression} {issue.Diagnostics}".TrimStart()));
    }

    [Fact]
    public void An_unknown_parameter_is_passed_over_but_refused_under_strict_handling()
    {
        Assert.Empty(Request([new("mod", "x")], null).Arguments("mod"));

        var fault = Assert.Throws<FhirException>(() => Request([new("mod", "x")], null, isStrict: true));
        Assert.Equal(
            Issue.Invalid("The parameter 'mod' is not known for '$compare'; did you mean 'mode'? It takes resource, mode, profile, limit, all, coding, variables, anything."),
            Assert.Single(fault.Issues));
    }

    [Fact]
    public void A_missing_parameter_is_named_with_its_type()
    {
        var needy = Compare with { Parameters = [new("from", "Resource", Min: 1), new("to", "Resource", Min: 1)] };

        Assert.Equal(
            ["The operation '$compare' needs the parameter 'from', a resource.", "The operation '$compare' needs the parameter 'to', a resource."],
            Assert.Throws<FhirException>(() => Request([], null, definition: needy)).Issues.Select(issue => issue.Diagnostics));
        Assert.Equal(
            "The operation '$compare' takes Parameters, not Patient.",
            Assert.Single(Assert.Throws<FhirException>(() => Request([], """{"resourceType":"Patient"}""", definition: needy)).Issues).Diagnostics);
    }

    [Theory]
    [InlineData("/$compar", "The operation '$compar' is not known here; did you mean '$compare'?")]
    [InlineData("/Patient/$match", "The operation '$match' is not known for Patient.")]
    [InlineData("/Patient/$compare", "The operation '$compare' is not offered at Patient; it is at [base]/$compare, [base]/Patient/[id]/$compare.")]
    [InlineData("/Group/1/$compare", "The operation '$compare' is not offered at Group/1; it is at [base]/$compare, [base]/Patient/[id]/$compare.")]
    public void An_operation_that_is_not_there_is_not_found_and_told_where_it_is(string path, string diagnostics)
    {
        var table = new OperationTable([new Named(Compare)]);

        var fault = Assert.Throws<FhirException>(() => table.Get(RequestTarget.Parse(path)));

        Assert.Equal(Issue.NotFound(diagnostics), Assert.Single(fault.Issues));
        Assert.Equal(Compare, table.Get(RequestTarget.Parse("/Patient/1/$compare")).Definition);
    }

    [Fact]
    public void An_operation_that_changes_something_is_not_for_reading()
    {
        var table = new OperationTable([new Named(Compare with { AffectsState = true })]);

        var fault = Assert.Throws<FhirException>(() => table.GetForReading(RequestTarget.Parse("/$compare")));

        Assert.Equal("The operation '$compare' may change what is stored; it is invoked by POST.", Assert.Single(fault.Issues).Diagnostics);
    }

    private static OperationRequest Request(KeyValuePair<string, string>[] query, string? body, bool isStrict = false, OperationDefinition? definition = null) => new(
        definition ?? Compare, RequestTarget.Parse("/$compare"), query, body is null ? null : ResourceDocument.Parse(Encoding.UTF8.GetBytes(body)), new InteractionContext("http://here", isStrict));

    private sealed class Named(OperationDefinition definition) : IOperation
    {
        public OperationDefinition Definition => definition;

        public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
