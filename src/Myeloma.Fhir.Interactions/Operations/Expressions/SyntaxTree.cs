using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary>The syntax tree of an expression as JSON, with the names of nodes that FHIRPath labs draw.</summary>
internal static class SyntaxTree
{
    /// <returns>One object a node: ExpressionType, Name, Arguments (what it is applied to first), zero-based Position.</returns>
    public static string ToJson(SyntaxNode node)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonWriting.Options with { MaxDepth = 2_000 })) Write(writer, node);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, SyntaxNode node)
    {
        writer.WriteStartObject();
        var (kind, name) = Describe(node);
        writer.WriteString("ExpressionType"u8, kind);
        writer.WriteString("Name"u8, name);
        WriteArguments(writer, node);
        writer.WriteNumber("Position"u8, node.Position);
        writer.WriteEndObject();
    }

    private static (string Kind, string Name) Describe(SyntaxNode node) => node switch
    {
        SyntaxNode.Literal literal => ("ConstantExpression", literal.Value.ToString()!),
        SyntaxNode.Empty => ("NewNodeListInitExpression", "{}"),
        SyntaxNode.Variable variable => ("VariableRefExpression", variable.Name),
        SyntaxNode.Special special => ("AxisExpression", "builtin." + special.Kind.ToString().ToLowerInvariant()),
        SyntaxNode.Member member => ("ChildExpression", member.Name),
        SyntaxNode.Call call => ("FunctionCallExpression", call.Name),
        SyntaxNode.Indexer => ("IndexerExpression", "[]"),
        SyntaxNode.Sign sign => ("UnaryExpression", sign.IsMinus ? "-" : "+"),
        SyntaxNode.Binary binary => ("BinaryExpression", OperatorSpelling.Of(binary.Operator)),
        SyntaxNode.TypeOperation operation => ("BinaryExpression", operation.IsTest ? "is" : "as"),
        _ => throw new UnreachableException(),
    };

    private static void WriteArguments(Utf8JsonWriter writer, SyntaxNode node)
    {
        if (node is SyntaxNode.Literal or SyntaxNode.Empty or SyntaxNode.Variable or SyntaxNode.Special) return;
        writer.WriteStartArray("Arguments"u8);
        switch (node)
        {
            case SyntaxNode.Member(_, var target, _):
                WriteTarget(writer, target);
                break;
            case SyntaxNode.Call(_, var target, _, var arguments):
                WriteTarget(writer, target);
                foreach (var argument in arguments) Write(writer, argument);
                break;
            case SyntaxNode.Indexer(_, var target, var index):
                Write(writer, target);
                Write(writer, index);
                break;
            case SyntaxNode.Sign(_, _, var operand):
                Write(writer, operand);
                break;
            case SyntaxNode.Binary(_, _, var left, var right):
                Write(writer, left);
                Write(writer, right);
                break;
            case SyntaxNode.TypeOperation(_, _, var operand, var type):
                Write(writer, operand);
                WriteLeaf(writer, "ConstantExpression", type.ToString());
                break;
        }

        writer.WriteEndArray();
    }

    private static void WriteTarget(Utf8JsonWriter writer, SyntaxNode? target)
    {
        if (target is null) WriteLeaf(writer, "AxisExpression", "builtin.that");
        else Write(writer, target);
    }

    private static void WriteLeaf(Utf8JsonWriter writer, string kind, string name)
    {
        writer.WriteStartObject();
        writer.WriteString("ExpressionType"u8, kind);
        writer.WriteString("Name"u8, name);
        writer.WriteEndObject();
    }
}
