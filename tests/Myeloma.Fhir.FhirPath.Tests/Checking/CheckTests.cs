using Myeloma.Fhir.FhirPath.Checking;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FhirPath.Tests.Checking;

/// <summary>The lines of <c>checks.txt</c>: the types a check infers and all it reports.</summary>
public sealed class CheckTests
{
    public static TheoryData<string> All =>
    [
        .. File.ReadLines(RepositoryRoot.Combine("tests", "Myeloma.Fhir.FhirPath.Tests", "Checking", "checks.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith('#')),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void An_expression_is_typed_and_reported_as_its_line_says(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var arrow = line.LastIndexOf(" => ", StringComparison.Ordinal);
        var (subject, expected) = (line[..arrow], line[(arrow + 4)..]);
        var colon = subject.IndexOf(": ", StringComparison.Ordinal);
        var context = R4Schema.Instance.FindType(subject[..colon]);
        Assert.NotNull(context);

        var check = FhirPathExpression.Parse(subject[(colon + 2)..]).Check(context, new() { CheckOrderedFunctions = true });

        var parts = expected.Split(" | ", 2);
        Assert.Equal(parts[0], Show(check));
        var issues = parts.Length == 1 ? [] : parts[1].Split(" & ");
        Assert.Equal(issues.Select(Head), check.Issues.Select(found => $"{found.Issue.Severity.ToString().ToLowerInvariant()} {found.Issue.MessageId} @{found.Position + 1}"));
        for (var i = 0; i < issues.Length; i++)
            Assert.Contains(issues[i][(issues[i].IndexOf(": ", StringComparison.Ordinal) + 2)..], check.Issues[i].Issue.Diagnostics, StringComparison.Ordinal);
        Assert.Equal(!expected.Contains("error ", StringComparison.Ordinal), check.IsClean);
    }

    [Fact]
    public void Variables_of_the_caller_have_the_type_the_caller_says()
    {
        var options = new CheckOptions
        {
            Variables = new Dictionary<string, TypeSchema?> { ["plan"] = R4Schema.Instance.FindType("PlanDefinition"), ["any"] = null },
            Resource = R4Schema.Instance.FindType("Observation"),
        };

        Assert.Equal("FHIR.string", Show(FhirPathExpression.Parse("%plan.title.first()").Check((TypeSchema?)null, options)));
        Assert.Equal("? many", Show(FhirPathExpression.Parse("%any.title").Check((TypeSchema?)null, options)));
        Assert.False(FhirPathExpression.Parse("%plan.titel").Check((TypeSchema?)null, options).IsClean);
        Assert.Equal("FHIR.code", Show(FhirPathExpression.Parse("%resource.status").Check(R4Schema.Instance.FindType("Quantity"), options)));
    }

    private static string Head(string issue) => issue[..issue.IndexOf(": ", StringComparison.Ordinal)];

    private static string Show(ExpressionCheck check)
    {
        var types = check.IsOpen ? "?" : check.Types.Count == 0 ? "nothing" : string.Join(", ", check.Types);
        return check.IsMany ? types + " many" : types;
    }
}
