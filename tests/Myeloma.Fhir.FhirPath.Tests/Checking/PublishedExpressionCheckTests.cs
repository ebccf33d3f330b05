using Myeloma.Fhir.FhirPath.Checking;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FhirPath.Tests.Checking;

/// <summary>The expressions that R4 publishes, checked against its types: what is reported is what <c>published-findings.txt</c> lists, with reasons.</summary>
public sealed class PublishedExpressionCheckTests
{
    private static readonly R4Schema Schema = R4Schema.Instance;

    [Fact]
    public void Search_parameters_and_invariants_check_clean_but_for_those_listed()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var parameter in Schema.SearchParameters.Where(parameter => parameter.Expression is not null))
        {
            foreach (var name in parameter.Base)
            {
                var root = Schema.FindType(name)!;
                Add(found, $"{name}?{parameter.Code}", parameter.Expression!, [root]);
                var types = FhirPathExpression.Parse(parameter.Expression!).Check(root);
                foreach (var component in parameter.Components)
                    foreach (var type in types.Types) Add(found, $"{name}?{parameter.Code}", component.Expression, [type.Fhir!]);
            }
        }

        var checks = 0;
        foreach (var type in Schema.Types)
        {
            foreach (var constraint in type.Constraints.DistinctBy(each => each.Key + each.Expression))
            {
                checks++;
                Add(found, $"{type} {constraint.Key}", constraint.Expression, [type]);
            }

            foreach (var element in type.Elements)
            {
                foreach (var constraint in element.Constraints)
                {
                    checks++;
                    Add(found, $"{element} {constraint.Key}", constraint.Expression, [.. element.Types.Select(each => each.Type)]);
                }
            }
        }

        var listed = File.ReadLines(RepositoryRoot.Combine("tests", "Myeloma.Fhir.FhirPath.Tests", "Checking", "published-findings.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith('#')).ToHashSet(StringComparer.Ordinal);
        Assert.True(checks > 1_400, $"{checks} invariants checked");
        Assert.Equal(string.Join('\n', listed.Order(StringComparer.Ordinal)), string.Join('\n', found));
    }

    /// <summary>One line a finding: where, message id, expression.</summary>
    private static void Add(SortedSet<string> found, string where, string text, TypeSchema[] types)
    {
        foreach (var (position, issue) in FhirPathExpression.Parse(text).Check(types).Issues)
        {
            if (issue.MessageId is CheckMessage.OtherResource or CheckMessage.MayBeMany) continue;
            var line = $"{issue.MessageId}, character {position + 1}, {where}: {text.Replace('\n', ' ').Replace('\r', ' ')}";
            found.Add(line);
        }
    }
}
