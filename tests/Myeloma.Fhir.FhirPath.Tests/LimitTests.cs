using System.Text;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Tests;

public sealed class LimitTests
{
    private static readonly Element Patient = ResourceDocument.Parse("""{"resourceType":"Patient","id":"p"}"""u8.ToArray()).Root;

    private static Issue Fault(string expression, EvaluationLimits? limits = null) => Assert.Single(Assert.Throws<FhirException>(
        () => FhirPathExpression.Parse(expression).Evaluate(Patient, EvaluationContext.Default with { Limits = limits ?? EvaluationLimits.Default })).Issues);

    [Theory]
    [InlineData("(", ")")]
    [InlineData("-", "")]
    [InlineData("a.where(", ")")]
    [InlineData("", ".a")]
    [InlineData("1 + ", "")]
    [InlineData("", "[0]")]
    [InlineData("true implies (", ")")]
    public void An_expression_nested_too_deep_is_refused_and_one_within_the_limit_is_not(string before, string after)
    {
        static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();
        var fine = Repeat(before, 90) + "1" + Repeat(after, 90);
        var deep = Repeat(before, 20_000 / Math.Max(1, before.Length + after.Length)) + "1" + Repeat(after, 20_000 / Math.Max(1, before.Length + after.Length));

        FhirPathExpression.Parse(fine);
        var fault = Assert.Throws<FhirException>(() => FhirPathExpression.Parse(deep));

        Assert.Equal(IssueType.TooCostly, Assert.Single(fault.Issues).Type);
        Assert.Contains("nested deeper than the 300 levels allowed", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_that_is_too_long_is_refused()
    {
        var fault = Assert.Throws<FhirException>(() => FhirPathExpression.Parse(new string(' ', 100_001)));

        Assert.Equal("The FHIRPath expression is 100001 characters long; 100000 are allowed.", fault.Message);
    }

    [Fact]
    public void An_endless_repetition_ends_when_its_steps_are_spent()
    {
        var issue = Fault("1.repeat($this + 1)", EvaluationLimits.Default with { MaxSteps = 10_000 });

        Assert.Equal((IssueType.TooCostly, "FHIRPath '1.repeat($this + 1)' needs more than 10000 steps."), (issue.Type, issue.Diagnostics));
    }

    [Fact]
    public void An_evaluation_ends_when_its_time_is_spent()
    {
        var issue = Fault("1.repeat($this + 1)", EvaluationLimits.Default with { MaxTime = TimeSpan.Zero, MaxSteps = int.MaxValue });

        Assert.Equal(IssueType.TooCostly, issue.Type);
    }

    [Theory]
    [InlineData("'0123456789'.toChars().aggregate($total & $total & $total & $total & $total & $total & $total & $total, 'ab')")]
    [InlineData("'0123456789'.toChars().aggregate($total.replace('', 'aaaaaaaaaaaaaaaaaaaaaaaa'), 'ab')")]
    [InlineData("'0123456789'.toChars().aggregate($total.replaceMatches('.', '$0$0$0$0$0$0$0$0$0$0$0$0'), 'ab')")]
    public void A_string_that_grows_past_the_limit_ends_the_evaluation(string expression)
    {
        var issue = Fault(expression);

        Assert.Equal(IssueType.TooCostly, issue.Type);
        Assert.EndsWith("needs a string of more than 1000000 characters.", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_collection_that_doubles_ends_when_its_steps_are_spent()
    {
        var issue = Fault("'0123456789012345678901234567890123456789'.toChars().aggregate($total.combine($total), 1)", EvaluationLimits.Default with { MaxSteps = 100_000 });

        Assert.Equal(IssueType.TooCostly, issue.Type);
    }

    [Fact]
    public void A_regular_expression_that_would_backtrack_for_ever_answers_at_once()
    {
        var expression = FhirPathExpression.Parse($"'{new string('a', 5_000)}!'.matches('^(a+)+$')");

        Assert.False(expression.Evaluate(Patient).IsTrue);
    }

    [Fact]
    public void A_regular_expression_that_is_too_long_is_refused() =>
        Assert.Equal(IssueType.TooCostly, Fault($"'a'.matches('{new string('a', 1_001)}')").Type);

    [Fact]
    public void The_cache_gives_the_same_object_and_forgets_the_oldest()
    {
        var cache = new ExpressionCache(2);
        var first = cache.Get("id");

        Assert.Same(first, cache.Get("id"));
        for (var i = 0; i < 10; i++) cache.Get($"id = '{i}'");
        Assert.NotSame(first, cache.Get("id"));
    }
}
