using System.Globalization;

namespace Myeloma.Fhir.Search.Criteria;

/// <summary>A criterion as a line for people who look into how a search was understood.</summary>
public static class CriterionText
{
    /// <returns>One line; nested criteria stand in parentheses.</returns>
    public static string Of(Criterion criterion) => criterion switch
    {
        Criterion.Id id => $"{Not(id.Negated)}id is one of {string.Join(", ", id.Values)}",
        Criterion.Type type => $"type is one of {string.Join(", ", type.Values)}",
        Criterion.LastUpdated updated => $"lastUpdated {Values(updated.Values)}",
        Criterion.Token token => $"{Not(token.Negated)}{token.Parameter} {Values(token.Values)}",
        Criterion.TokenIn set => $"{Not(set.Negated)}{set.Parameter} in {Values(set.Sets)}",
        Criterion.ReferenceIdentifier identifier => $"{identifier.Parameter} identifier {Values(identifier.Values)}",
        Criterion.String text => $"{text.Parameter}{(text.Text ? " text" : "")} {text.Match} {Values(text.Values)}",
        Criterion.Reference reference => $"{Not(reference.Negated)}{reference.Parameter} {Values(reference.Values)}",
        Criterion.Uri uri => $"{Not(uri.Negated)}{uri.Parameter} {uri.Match} {Values(uri.Values)}",
        Criterion.Date date => $"{date.Parameter} {Values(date.Values)}",
        Criterion.Number number => $"{number.Parameter} {Values(number.Values)}",
        Criterion.Quantity quantity => $"{quantity.Parameter} {Values(quantity.Values)}",
        Criterion.Near near => $"{near.Parameter} {Values(near.Values)}",
        Criterion.Composite composite => $"{composite.Parameter} within one element {string.Join(" or ", composite.Alternatives.Select(parts => $"({Join(" and ", parts)})"))}",
        Criterion.VersionBelow below => $"{below.Parameter} is {below.Version} or {below.Version}.…",
        Criterion.FullText text => $"{text.Parameter} {Text(text.Expression)}",
        Criterion.Missing missing => $"{missing.Parameter} is {(missing.IsMissing ? "missing" : "present")}",
        Criterion.Chain chain => $"{chain.Parameter} leads to {string.Join(" or ", chain.Targets.Select(target => $"{target.TargetType} ({Of(target.Criterion)})"))}",
        Criterion.Has has => $"{has.Parameter} leads here from ({Of(has.Criterion)})",
        Criterion.Not not => $"not ({Of(not.Criterion)})",
        Criterion.AllOf all => $"({Join(" and ", all.Criteria)})",
        Criterion.AnyOf any => $"({Join(" or ", any.Criteria)})",
        Criterion.OverTypes types => $"for each of {types.Each.Count.ToString(CultureInfo.InvariantCulture)} types: {Of(types.Each[0])}",
        Criterion.Never => "never",
        _ => criterion.GetType().Name,
    };

    private static string Text(FullTextExpression expression) => expression switch
    {
        FullTextExpression.And(var left, var right) => $"({Text(left)} and {Text(right)})",
        FullTextExpression.Or(var left, var right) => $"({Text(left)} or {Text(right)})",
        FullTextExpression.Not(var inner) => $"not {Text(inner)}",
        FullTextExpression.Phrase(var words, var isPrefix) => $"\"{string.Join(' ', words)}{(isPrefix ? "*" : "")}\"",
        _ => expression.ToString(),
    };

    private static string Not(bool negated) => negated ? "not " : "";

    private static string Join(string word, IReadOnlyList<Criterion> criteria) => string.Join(word, criteria.Select(Of));

    private static string Values<T>(IReadOnlyList<T> values) => string.Join(" or ", values);
}
