using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Search.Parameters;

/// <summary>Search expressions as text: a union of paths, each for one resource type.</summary>
internal static class ExpressionBranches
{
    /// <summary>Leaves only the branches of a union that start with the type, or with none of the resource types.</summary>
    /// <returns>Null when no branch is left.</returns>
    public static string? For(string expression, string resourceType, R4Schema schema)
    {
        var all = Split(expression);
        var left = all.Where(branch => FirstName(branch) is not { } name || Fits(name, resourceType, schema)).ToList();
        if (left.Count == all.Count) return expression;
        return left.Count == 0 ? null : string.Join(" | ", left);
    }

    /// <summary>Whether a path ends in a type, or one derived from it, as far as the text tells; true where it does not.</summary>
    public static bool MayBe(string typeName, string expression, string resourceType, R4Schema schema)
    {
        foreach (var branch in Split(expression))
        {
            var types = TypesOf(branch, resourceType, schema);
            if (types is null || types.Any(type => type.IsA(typeName))) return true;
        }

        return false;
    }

    /// <summary>The branches of the outermost union, trimmed.</summary>
    public static List<string> Split(string expression)
    {
        List<string> branches = [];
        var depth = 0;
        var quote = '\0';
        var start = 0;
        for (var index = 0; index < expression.Length; index++)
        {
            var character = expression[index];
            if (quote != '\0')
            {
                if (character == '\\') index++;
                else if (character == quote) quote = '\0';
            }
            else if (character is '\'' or '`' or '"') quote = character;
            else if (character is '(' or '[' or '{') depth++;
            else if (character is ')' or ']' or '}') depth--;
            else if (character == '|' && depth == 0)
            {
                branches.Add(expression[start..index].Trim());
                start = index + 1;
            }
        }

        branches.Add(expression[start..].Trim());
        return branches;
    }

    /// <summary>The type name a path begins with.</summary>
    /// <returns>Null when it begins with anything else.</returns>
    private static string? FirstName(string branch)
    {
        var text = branch.AsSpan().TrimStart('(').TrimStart();
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_')) length++;
        return length > 0 && char.IsAsciiLetterUpper(text[0]) ? text[..length].ToString() : null;
    }

    private static bool Fits(string name, string resourceType, R4Schema schema)
    {
        var named = schema.FindType(name);
        return named is null || named.Kind != TypeKind.Resource || schema.FindType(resourceType)!.IsA(name);
    }

    /// <summary>Follows <c>Type.a.where(…).b as T</c>.</summary>
    /// <returns>Null when the text holds anything else.</returns>
    private static List<TypeSchema>? TypesOf(string branch, string resourceType, R4Schema schema)
    {
        var text = branch.Trim();
        while (text.StartsWith('(') && text.EndsWith(')')) text = text[1..^1].Trim();
        if (text.Contains('(') && !text.Contains(".where(", StringComparison.Ordinal) && !text.Contains(".as(", StringComparison.Ordinal)) return null;

        var cast = text.LastIndexOf(" as ", StringComparison.Ordinal);
        if (cast > 0) return schema.FindType(text[(cast + 4)..].Trim(' ', ')')) is { } type ? [type] : null;

        List<TypeSchema> types = [schema.FindType(resourceType)!];
        foreach (var step in Steps(text).Skip(1))
        {
            if (step.StartsWith("where(", StringComparison.Ordinal)) continue;
            if (step.StartsWith("as(", StringComparison.Ordinal)) return schema.FindType(step[3..^1].Trim()) is { } named ? [named] : null;
            if (step.Contains('(')) return null;
            types = [.. types.SelectMany(owner => owner.FindElement(step)?.Types ?? []).Select(reference => reference.Type).Distinct()];
        }

        return types;
    }

    private static List<string> Steps(string path)
    {
        List<string> steps = [];
        var depth = 0;
        var start = 0;
        for (var index = 0; index <= path.Length; index++)
        {
            if (index < path.Length && path[index] == '(') depth++;
            if (index < path.Length && path[index] == ')') depth--;
            if (index < path.Length && (path[index] != '.' || depth > 0)) continue;
            steps.Add(path[start..index]);
            start = index + 1;
        }

        return steps;
    }
}
